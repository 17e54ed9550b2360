//! The sections, each with its reading. Keys and meanings stand in the default file.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use hoist_api::travel::{FARTHEST_AHEAD, Horizon};
use hoist_app::limiter::SignInLimits;
use jiff::SignedDuration;

use super::reader::Reader;

/// Where to listen.
#[derive(Clone, Debug)]
pub struct Listen {
    /// Everything for people and applications.
    pub address: SocketAddr,
    /// Health and metrics, if they have their own place.
    pub admin: Option<SocketAddr>,
    /// How people reach the console, without a slash at the end.
    pub public_url: Option<String>,
}

impl Listen {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let address = reader.parsed("listen.address", "127.0.0.1:8080");
        let admin = reader.optional("listen.admin", "127.0.0.1:8081");
        let public_url = reader.optional::<PublicUrl>("listen.public_url", "https://flags.example.com");
        if let (Some(address), Some(Some(admin))) = (&address, &admin)
            && same(*address, *admin)
        {
            return reader.refuse(
                "listen.admin",
                "is the same as listen.address; leave it empty or take another port",
            );
        }
        Some(Self {
            address: address?,
            admin: admin?,
            public_url: public_url?.map(|url| url.0),
        })
    }
}

fn same(one: SocketAddr, other: SocketAddr) -> bool {
    one == other && one.port() != 0
}

struct PublicUrl(String);

impl FromStr for PublicUrl {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let url: http::Uri = text.parse().map_err(drop)?;
        let web = matches!(url.scheme_str(), Some("http" | "https"));
        let bare = url.query().is_none() && url.path() == "/";
        (web && bare)
            .then(|| Self(text.trim_end_matches('/').to_owned()))
            .ok_or(())
    }
}

pub(super) fn database_url(reader: &mut Reader) -> Option<String> {
    const KEY: &str = "database.url";
    let url = reader.text(KEY)?;
    let known = ["sqlite:", "postgres://", "postgresql://"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    // The URL may hold a password: it is not repeated.
    if known {
        Some(url)
    } else {
        reader.refuse(KEY, "begins with none of sqlite:, postgres:// and postgresql://")
    }
}

/// Logging.
#[derive(Clone, Debug)]
pub struct Log {
    /// A filter in the language of `tracing_subscriber::EnvFilter`.
    pub level: String,
    /// Shape of a line.
    pub format: LogFormat,
    /// Which requests are logged.
    pub requests: LoggedRequests,
}

/// Shape of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Pretty on a terminal, else JSON.
    Auto,
    /// An object per line.
    Json,
    /// For people.
    Pretty,
}

/// Which requests are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoggedRequests {
    /// Answers that mean a failure of ours.
    Failures,
    /// All, evaluations excepted.
    All,
}

impl Log {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let formats = [
            ("auto", LogFormat::Auto),
            ("json", LogFormat::Json),
            ("pretty", LogFormat::Pretty),
        ];
        let requests = [("failures", LoggedRequests::Failures), ("all", LoggedRequests::All)];
        let level = reader.parsed::<Filter>("log.level", "`info` or `warn,hoist_store=debug`");
        let format = reader.choice("log.format", &formats);
        let requests = reader.choice("log.requests", &requests);
        Some(Self {
            level: level?.0,
            format: format?,
            requests: requests?,
        })
    }
}

struct Filter(String);

impl FromStr for Filter {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let known = |part: &str| {
            let level = part.rsplit('=').next().unwrap_or(part);
            matches!(
                level.trim().to_ascii_lowercase().as_str(),
                "error" | "warn" | "info" | "debug" | "trace" | "off"
            )
        };
        let reads = tracing_subscriber::EnvFilter::builder().parse(text).is_ok();
        (reads && text.split(',').all(known))
            .then(|| Self(text.to_owned()))
            .ok_or(())
    }
}

/// Limits of requests and connections.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Bytes of an import.
    pub import_bytes: usize,
    /// Bytes of a head.
    pub header_bytes: u32,
    /// In which a head must arrive.
    pub header_timeout: Duration,
    /// In which a body must arrive; one that comes fast enough has longer.
    pub body_timeout: Duration,
    /// In which something of an answer must be taken.
    pub write_timeout: Duration,
    /// Open connections.
    pub connections: usize,
    /// Open event streams.
    pub streams: u64,
    /// How far one may look back and ahead.
    pub horizon: Horizon,
    /// That requests have to finish when the process ends.
    pub shutdown: Duration,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        const GIB: u128 = 1 << 30;
        let body_bytes = reader.whole("limits.body_bytes", 1024..=GIB);
        let import_bytes = reader.whole("limits.import_bytes", 1024..=GIB);
        let header_bytes = reader.whole("limits.header_bytes", 8192..=1 << 20);
        let header_timeout = reader.whole("limits.header_timeout_s", 1..=3600);
        let body_timeout = reader.whole("limits.body_timeout_s", 1..=3600);
        let write_timeout = reader.whole("limits.write_timeout_s", 1..=3600);
        let connections = reader.whole("limits.connections", 1..=1_000_000);
        let streams = reader.whole("limits.streams", 0..=1_000_000);
        let back_days = reader.whole("limits.past_days", 1..=36_500);
        let ahead_days = reader.whole("limits.future_days", 0..=FARTHEST_AHEAD.into());
        let shutdown = reader.whole("limits.shutdown_s", 0..=3600);
        Some(Self {
            body_bytes: body_bytes?,
            import_bytes: import_bytes?,
            header_bytes: header_bytes?,
            header_timeout: Duration::from_secs(header_timeout?),
            body_timeout: Duration::from_secs(body_timeout?),
            write_timeout: Duration::from_secs(write_timeout?),
            connections: connections?,
            streams: streams?,
            horizon: Horizon {
                back_days: back_days?,
                ahead_days: ahead_days?,
            },
            shutdown: Duration::from_secs(shutdown?),
        })
    }
}

/// Trust.
#[derive(Clone, Debug)]
pub struct Security {
    /// Proxies that are believed.
    pub trusted_proxies: Vec<Network>,
    /// Whether cookies are for HTTPS only.
    pub cookie_secure: Cookies,
    /// Attempts to sign in.
    pub sign_in: SignInLimits,
}

/// Whether cookies are for HTTPS only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookies {
    /// Yes.
    Always,
    /// No.
    Never,
    /// By the public URL, or by what a trusted proxy says of the request.
    Auto,
}

impl Security {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let cookies = [
            ("auto", Cookies::Auto),
            ("always", Cookies::Always),
            ("never", Cookies::Never),
        ];
        let trusted_proxies = reader.list("security.trusted_proxies", "\"10.0.0.0/8\"");
        let cookie_secure = reader.choice("security.cookie_secure", &cookies);
        let per_account = reader.whole("security.sign_in_attempts_per_account", 1..=1_000_000);
        let per_address = reader.whole("security.sign_in_attempts_per_address", 1..=1_000_000);
        let window_s = reader.whole("security.sign_in_window_s", 1..=86_400);
        Some(Self {
            trusted_proxies: trusted_proxies?,
            cookie_secure: cookie_secure?,
            sign_in: SignInLimits {
                per_account: per_account?,
                per_address: per_address?,
                window: SignedDuration::from_secs(window_s?),
            },
        })
    }
}

/// An address or a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u32,
}

impl Network {
    /// Whether an address belongs to it. Addresses of IPv4 within IPv6 are what they stand for.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                same_prefix(base.to_bits().into(), address.to_bits().into(), self.bits, 32)
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => same_prefix(base.to_bits(), address.to_bits(), self.bits, 128),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn same_prefix(one: u128, other: u128, bits: u32, width: u32) -> bool {
    // Shifting by the whole width gives None: no bit is compared.
    (one ^ other).checked_shr(width - bits).unwrap_or(0) == 0
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = text
            .split_once('/')
            .map_or((text, None), |(address, bits)| (address, Some(bits)));
        let base: IpAddr = address.parse().map_err(drop)?;
        let width = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(width), |bits| bits.parse().map_err(drop))?;
        (bits <= width).then_some(Self { base, bits }).ok_or(())
    }
}
