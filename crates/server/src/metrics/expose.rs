//! The text that Prometheus reads.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

use super::{Gauges, Metrics};

/// What the text is.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All metrics as text.
pub fn exposition(metrics: &Arc<Metrics>, gauges: Gauges) -> String {
    let mut registry = Registry::with_prefix("hoist");
    registry.register_collector(Box::new(Figures {
        metrics: Arc::clone(metrics),
        gauges,
    }));
    let mut out = String::new();
    // Writing to a text cannot fail.
    let _ = text::encode(&mut out, &registry);
    out
}

#[derive(Debug)]
struct Figures {
    metrics: Arc<Metrics>,
    gauges: Gauges,
}

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        self.counters(&mut encoder)?;
        self.gauges(&mut encoder)?;
        self.requests(&mut encoder)?;
        self.durations(&mut encoder)?;
        self.build(&mut encoder)
    }
}

impl Figures {
    fn counters(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let load = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        let metrics = &self.metrics;
        let all = [
            ("evaluations", "Flags that were answered", metrics.evaluations.total()),
            (
                "reported_evaluations",
                "Flags that clients say they evaluated by themselves",
                metrics.reported_evaluations.total(),
            ),
            (
                "changes_applied",
                "Changes that were published",
                load(&metrics.changes_applied),
            ),
            (
                "changes_refused",
                "Requests for a change that were refused",
                load(&metrics.changes_refused),
            ),
            (
                "panics",
                "Requests that failed through a bug of ours",
                load(&metrics.panics),
            ),
        ];
        all.into_iter().try_for_each(|(name, help, value)| {
            let counter = ConstCounter::new(value);
            counter.encode(encoder.encode_descriptor(name, help, None, MetricType::Counter)?)
        })
    }

    fn gauges(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let metrics = &self.metrics;
        let all = [
            ("revision", "The last change that is published", self.gauges.revision),
            ("flags", "Flags that are loaded", self.gauges.flags),
            (
                "streams",
                "Event streams that are open",
                metrics.streams.load(Ordering::Relaxed),
            ),
            (
                "connections",
                "Connections that are open",
                metrics.connections.load(Ordering::Relaxed),
            ),
        ];
        all.into_iter().try_for_each(|(name, help, value)| {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
        })
    }

    fn requests(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let help = "Requests by route, method and class of the answer";
        let mut family = encoder.encode_descriptor("requests", help, None, MetricType::Counter)?;
        for route in self.metrics.routes() {
            for (method, class, count) in route.answers() {
                let labels = [("route", route.name()), ("method", method), ("status", class)];
                family
                    .encode_family(&labels)?
                    .encode_counter::<NoLabelSet, _, u64>(&count, None)?;
            }
        }
        Ok(())
    }

    fn durations(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let help = "How long requests took until the head of their answer";
        let (name, unit) = ("request_duration", Unit::Seconds);
        let mut family = encoder.encode_descriptor(name, help, Some(&unit), MetricType::Histogram)?;
        for route in self.metrics.routes() {
            let (buckets, sum) = route.histogram();
            let count = buckets.iter().map(|(_, count)| count).sum();
            let labels = [("route", route.name())];
            family
                .encode_family(&labels)?
                .encode_histogram::<NoLabelSet>(sum, count, &buckets, None)?;
        }
        Ok(())
    }

    fn build(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let mut metric = encoder.encode_descriptor("build", "What is running", None, MetricType::Info)?;
        metric.encode_info(&[("version", env!("CARGO_PKG_VERSION"))])
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use http::{Method, StatusCode};

    use super::super::{Gauges, Metrics};
    use super::exposition;

    #[test]
    fn figures_appear_under_their_names() {
        let metrics = Arc::new(Metrics::default());
        let route = metrics.counts_of("/hoist/v1/session");
        route.count(&Method::GET, StatusCode::OK, Duration::from_micros(300));
        route.count(&Method::GET, StatusCode::NOT_FOUND, Duration::from_secs(9));
        metrics.evaluations.add(7);
        let text = exposition(
            &metrics,
            Gauges {
                revision: 12,
                ..Gauges::default()
            },
        );
        for line in [
            "hoist_revision 12\n",
            "hoist_evaluations_total 7\n",
            "hoist_requests_total{route=\"/hoist/v1/session\",method=\"GET\",status=\"2xx\"} 1\n",
            "hoist_requests_total{route=\"/hoist/v1/session\",method=\"GET\",status=\"4xx\"} 1\n",
            "hoist_request_duration_seconds_bucket{le=\"0.0005\",route=\"/hoist/v1/session\"} 1\n",
            "hoist_request_duration_seconds_bucket{le=\"+Inf\",route=\"/hoist/v1/session\"} 2\n",
            "hoist_request_duration_seconds_count{route=\"/hoist/v1/session\"} 2\n",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }
}
