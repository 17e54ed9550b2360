//! Paths that begin at the evaluation itself, as Flagsmith's conditions have them: `$.identity.identifier`.
//!
//! Of JSONPath (RFC 9535) names are known, plain (`.name`) and quoted (`['name']`). Whatever else a path can
//! say leads nowhere here.

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rooted {
    /// The subject key.
    Subject,
    /// An attribute of the context.
    Attribute(Box<str>),
    EnvironmentKey,
    EnvironmentName,
}

impl Rooted {
    /// Reads a path; None if it is none, or leads to nothing that can be compared.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let names = names(text)?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match names.as_slice() {
            ["identity", "identifier"] => Some(Self::Subject),
            ["identity", "traits", name] => Some(Self::Attribute((*name).into())),
            ["environment", "key"] => Some(Self::EnvironmentKey),
            ["environment", "name"] => Some(Self::EnvironmentName),
            _ => None,
        }
    }
}

/// Whether a condition can ask for this path: of the subject's key, an attribute, or the environment's key or name.
/// An attribute that has the whole path for its name is found in any case.
pub fn is_path(name: &str) -> bool {
    Rooted::parse(name).is_some()
}

fn names(path: &str) -> Option<Vec<String>> {
    let mut rest = path.strip_prefix("$.").map(|_| &path[1..])?;
    let mut names = Vec::new();
    while !rest.is_empty() {
        let (name, after) = match rest.strip_prefix('.') {
            Some(after) => plain(after)?,
            None => quoted(rest.strip_prefix('[')?)?,
        };
        names.push(name);
        rest = after;
    }
    Some(names)
}

/// A letter, `_` or anything beyond ASCII, then digits too.
fn plain(text: &str) -> Option<(String, &str)> {
    let is_name = |at: usize, letter: char| {
        letter.is_ascii_alphabetic() || letter == '_' || !letter.is_ascii() || at > 0 && letter.is_ascii_digit()
    };
    let end = text
        .char_indices()
        .find(|(at, letter)| !is_name(*at, *letter))
        .map_or(text.len(), |(at, _)| at);
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

/// What stands between `[` and `]`, in quotes of either kind.
fn quoted(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|quote| *quote == '"' || *quote == '\'')?;
    let mut name = String::new();
    let mut letters = text.char_indices().skip(1);
    loop {
        match letters.next()? {
            (at, letter) if letter == quote => {
                let rest = text[at + 1..].trim_start().strip_prefix(']')?;
                return Some((name, rest));
            }
            // Of the escapes those of quotes and backslash; the others name nothing that people write.
            (_, '\\') => match letters.next()? {
                (_, letter @ ('"' | '\'' | '\\' | '/')) => name.push(letter),
                _ => return None,
            },
            (_, letter) => name.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_what_can_be_compared() {
        let attribute = |name: &str| Some(Rooted::Attribute(name.into()));
        assert_eq!(Rooted::parse("$.identity.identifier"), Some(Rooted::Subject));
        assert_eq!(Rooted::parse("$.environment['name']"), Some(Rooted::EnvironmentName));
        assert_eq!(Rooted::parse("$.environment.key"), Some(Rooted::EnvironmentKey));
        assert_eq!(Rooted::parse("$.identity.traits.größe_2"), attribute("größe_2"));
        assert_eq!(Rooted::parse("$.identity.traits[ \"a.b 'c\" ]"), attribute("a.b 'c"));
        assert_eq!(Rooted::parse(r"$.identity.traits['it\'s']"), attribute("it's"));
        let nowhere = [
            "$.identity",
            "$.leads.to.nowhere",
            "$.identity.traits.a.b",
            "$.identity.traits",
        ];
        let no_paths = [
            "identity",
            "$",
            "$now",
            "$.",
            "$. a",
            "$..a",
            "$.a[0]",
            "$.a[?@.b]",
            "$.*",
            "$.a['b",
        ];
        for text in nowhere.into_iter().chain(no_paths) {
            assert!(!is_path(text), "{text}");
        }
    }
}
