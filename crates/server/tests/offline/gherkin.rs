//! As much Gherkin as flagd's evaluator suite uses: tags, backgrounds, outlines with examples.

use std::collections::BTreeMap;

/// One scenario, placeholders filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    /// Of the feature, the scenario and the examples.
    pub(crate) tags: Vec<String>,
    /// Without their keyword.
    pub(crate) steps: Vec<String>,
}

/// What lines are being added to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Background,
    Scenario,
    Examples,
}

struct Reader {
    place: Place,
    /// Tags that wait for what they are on.
    pending: Vec<String>,
    feature: Vec<String>,
    background: Vec<String>,
    name: String,
    tags: Vec<String>,
    steps: Vec<String>,
    example_tags: Vec<String>,
    header: Vec<String>,
    has_examples: bool,
    found: Vec<Scenario>,
}

/// Reads a feature file.
pub(crate) fn scenarios(text: &str) -> Vec<Scenario> {
    let mut reader = Reader {
        place: Place::Text,
        pending: Vec::new(),
        feature: Vec::new(),
        background: Vec::new(),
        name: String::new(),
        tags: Vec::new(),
        steps: Vec::new(),
        example_tags: Vec::new(),
        header: Vec::new(),
        has_examples: false,
        found: Vec::new(),
    };
    text.lines().map(str::trim).for_each(|line| reader.line(line));
    reader.close();
    reader.found
}

impl Reader {
    fn line(&mut self, line: &str) {
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        if line.starts_with('@') {
            self.pending.extend(line.split_whitespace().map(str::to_owned));
        } else if line.starts_with("Feature:") {
            self.feature = std::mem::take(&mut self.pending);
        } else if line.starts_with("Background:") {
            self.place = Place::Background;
        } else if let Some(name) = line
            .strip_prefix("Scenario Outline:")
            .or_else(|| line.strip_prefix("Scenario:"))
        {
            self.close();
            self.name = name.trim().to_owned();
            self.tags = std::mem::take(&mut self.pending);
            self.place = Place::Scenario;
        } else if line.starts_with("Examples:") {
            self.example_tags = std::mem::take(&mut self.pending);
            self.header.clear();
            self.has_examples = true;
            self.place = Place::Examples;
        } else {
            self.content(line);
        }
    }

    fn content(&mut self, line: &str) {
        let step = || line.split_once(' ').map_or(line, |(_, step)| step).to_owned();
        match self.place {
            Place::Text => {}
            Place::Background => self.background.push(step()),
            // A table belongs to the step above it.
            Place::Scenario if line.starts_with('|') => {
                if let Some(last) = self.steps.last_mut() {
                    last.push('\n');
                    last.push_str(line);
                }
            }
            Place::Scenario => self.steps.push(step()),
            Place::Examples if self.header.is_empty() => self.header = cells(line),
            Place::Examples => {
                let row: BTreeMap<String, String> = self.header.iter().cloned().zip(cells(line)).collect();
                self.emit(&row);
            }
        }
    }

    /// Ends a scenario; one without examples is emitted as it is.
    fn close(&mut self) {
        if !self.steps.is_empty() && !self.has_examples {
            self.emit(&BTreeMap::new());
        }
        self.steps.clear();
        self.example_tags.clear();
        self.has_examples = false;
    }

    fn emit(&mut self, row: &BTreeMap<String, String>) {
        let fill = |step: &String| {
            row.iter().fold(step.clone(), |step, (name, value)| {
                step.replace(&format!("<{name}>"), value)
            })
        };
        self.found.push(Scenario {
            name: format!("{} {row:?}", self.name),
            tags: [&self.feature, &self.tags, &self.example_tags]
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
            steps: self.background.iter().chain(&self.steps).map(fill).collect(),
        });
    }
}

pub(crate) fn cells(line: &str) -> Vec<String> {
    let inner = line.trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().replace("\\\"", "\"")).collect()
}

#[test]
fn outlines_are_filled_and_tags_add_up() {
    let found = scenarios(
        "@f\nFeature: x\n free text\nBackground:\n Given b\n@s\nScenario Outline: o\n When <a>\n@e\nExamples: one\n|a|c|\n|1|2|\n|3||\nScenario: p\n Then q\n",
    );
    let steps: Vec<String> = found.iter().map(|scenario| scenario.steps.join(",")).collect();
    assert_eq!(steps, ["b,1", "b,3", "b,q"]);
    assert_eq!(found[0].tags, ["@f", "@s", "@e"]);
    assert_eq!(found[2].tags, ["@f"]);
}
