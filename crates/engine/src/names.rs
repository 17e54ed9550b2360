//! Names of attributes and the slots that stand for them.
//!
//! A test reads an attribute by slot number, never by name. A slot is a name seen in one
//! [`View`]; what has to be parsed (versions, addresses, date-times) has a cell of its own. Both are
//! append-only: a patch never moves a slot, so flags that were not touched stay as they are.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::context::{SUBJECT_NAMES, TARGETING_KEY};
use crate::rooted::Rooted;

/// How a test wants to see an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// As it is.
    Raw,
    /// Scalars as text; anything else is missing.
    Text,
    /// As it is, text folded to lower case.
    Folded,
    /// Scalars as text folded to lower case.
    FoldedText,
    /// As Flagsmith takes it.
    Flagsmith,
    /// The same as text, in Flagsmith's way of writing.
    FlagsmithText,
    /// Anything as text, in Go's way of writing.
    GoText,
    /// Scalars as text, in JSON's way of writing.
    JsonText,
}

const VIEWS: usize = 8;

/// Number of an attribute's view.
pub(crate) type Slot = u32;

/// The slot of the subject key as text; always there.
pub(crate) const SUBJECT: Slot = 0;

/// The attribute under which a subject brings a key of its own to be placed by.
pub const IDENTITY_KEY: &str = "$.identity.key";

/// What a cell holds once parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    Version,
    Address,
    Instant,
}

/// How a context is asked for a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// By its whole name only.
    Plain,
    /// By its whole name, else the subject key.
    Subject,
    /// By its whole name, else along the dots.
    Dotted,
    /// By its whole name, else along a path that begins at the evaluation itself.
    Rooted(Rooted),
    /// Flagsmith's identity key in one of its environments; no attribute has the name.
    FlagsmithIdentity(Box<str>),
}

/// A name with its slots.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) text: Arc<str>,
    pub(crate) source: Source,
    slots: [Option<Slot>; VIEWS],
}

impl Name {
    /// Whether an attribute of this name is what is asked for; the others are found in their own way only.
    pub(crate) fn is_asked_by_name(&self) -> bool {
        !matches!(self.source, Source::Subject | Source::FlagsmithIdentity(_))
    }

    /// The slots of this name with their views.
    pub(crate) fn slots(&self) -> impl Iterator<Item = (View, Slot)> {
        let views = [
            View::Raw,
            View::Text,
            View::Folded,
            View::FoldedText,
            View::Flagsmith,
            View::FlagsmithText,
            View::GoText,
            View::JsonText,
        ];
        views
            .into_iter()
            .zip(self.slots)
            .filter_map(|(view, slot)| Some((view, slot?)))
    }
}

/// All names a snapshot reads.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    ids: FxHashMap<Arc<str>, usize>,
    names: Vec<Name>,
    /// Names that need more than a look at the whole name.
    indirect: Vec<usize>,
    slots: u32,
    versions: Vec<Slot>,
    addresses: Vec<Slot>,
    instants: Vec<Slot>,
    /// What paths can lead to beside the context.
    pub(crate) environment: EnvironmentNames,
}

/// How an environment is called.
#[derive(Clone, Debug, Default)]
pub(crate) struct EnvironmentNames {
    pub(crate) key: Arc<str>,
    /// For people.
    pub(crate) name: Arc<str>,
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Self {
            ids: FxHashMap::default(),
            names: Vec::new(),
            indirect: Vec::new(),
            slots: 0,
            versions: Vec::new(),
            addresses: Vec::new(),
            instants: Vec::new(),
            environment: EnvironmentNames::default(),
        };
        let id = names.add(TARGETING_KEY);
        names.add_slot(id, View::Text);
        names
    }
}

impl Names {
    /// For an environment.
    pub(crate) fn of(environment: EnvironmentNames) -> Self {
        Self {
            environment,
            ..Self::default()
        }
    }

    /// The slot of a name in a view; made if new, copying the table if somebody else reads it.
    pub(crate) fn slot(names: &mut Arc<Self>, name: &str, view: View) -> Slot {
        let known = names.get(name).and_then(|known| *known.slots.get(view as usize)?);
        known.unwrap_or_else(|| {
            let names = Arc::make_mut(names);
            let id = names.ids.get(name).copied().unwrap_or_else(|| names.add(name));
            names.add_slot(id, view)
        })
    }

    /// The slot of Flagsmith's identity key in one of its environments.
    pub(crate) fn flagsmith_identity(names: &mut Arc<Self>, environment: &str) -> Slot {
        let name = format!("{IDENTITY_KEY}\0{environment}");
        Self::slot(names, &name, View::Text)
    }

    /// The cell in which a slot's parsed form is kept.
    pub(crate) fn cell(names: &mut Arc<Self>, slot: Slot, parsed: Parsed) -> u32 {
        let known = names.parsed(parsed).iter().position(|own| *own == slot);
        let at = known.unwrap_or_else(|| {
            let cells = match (Arc::make_mut(names), parsed) {
                (names, Parsed::Version) => &mut names.versions,
                (names, Parsed::Address) => &mut names.addresses,
                (names, Parsed::Instant) => &mut names.instants,
            };
            cells.push(slot);
            cells.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// The name, if any test reads it.
    pub(crate) fn get(&self, name: &str) -> Option<&Name> {
        self.names.get(*self.ids.get(name)?)
    }

    /// Names that are found by more than their whole name.
    pub(crate) fn indirect(&self) -> impl Iterator<Item = &Name> {
        self.indirect.iter().filter_map(|id| self.names.get(*id))
    }

    /// How many slots.
    pub(crate) fn len(&self) -> usize {
        self.slots as usize
    }

    /// The slots that have a cell of this kind, by cell.
    pub(crate) fn parsed(&self, parsed: Parsed) -> &[Slot] {
        match parsed {
            Parsed::Version => &self.versions,
            Parsed::Address => &self.addresses,
            Parsed::Instant => &self.instants,
        }
    }

    fn add(&mut self, name: &str) -> usize {
        let text: Arc<str> = name.into();
        let id = self.names.len();
        let source = source(name);
        if source != Source::Plain {
            self.indirect.push(id);
        }
        self.ids.insert(Arc::clone(&text), id);
        self.names.push(Name {
            text,
            source,
            slots: [None; VIEWS],
        });
        id
    }

    fn add_slot(&mut self, id: usize, view: View) -> Slot {
        let slot = self.slots;
        if let Some(own) = self
            .names
            .get_mut(id)
            .and_then(|name| name.slots.get_mut(view as usize))
        {
            *own = Some(slot);
            self.slots += 1;
        }
        slot
    }
}

fn source(name: &str) -> Source {
    if let Some((IDENTITY_KEY, environment)) = name.split_once('\0') {
        Source::FlagsmithIdentity(environment.into())
    } else if let Some(rooted) = Rooted::parse(name) {
        Source::Rooted(rooted)
    } else if SUBJECT_NAMES.contains(&name) {
        Source::Subject
    } else if name.contains('.') {
        Source::Dotted
    } else {
        Source::Plain
    }
}
