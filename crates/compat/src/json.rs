//! JSON as people write it: with comments, as one document or as lines.

use serde_json::Value as Json;

/// Where a text stops being JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct BadJson {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// Reads a document, comments and trailing commas allowed.
///
/// # Errors
/// When the text is not JSON.
pub fn read(text: &str) -> Result<Json, BadJson> {
    serde_json::from_str(&plain(text)).map_err(|error| bad(&error))
}

/// A document as strict JSON: without comments, trailing commas and byte order mark; lines and columns stay.
pub fn plain(text: &str) -> String {
    without_trailing_commas(without_comments(text.trim_start_matches('\u{feff}')))
}

/// Blanks a comma between a value and the end of its list or object.
fn without_trailing_commas(text: String) -> String {
    let mut trailing = Vec::new();
    let (mut place, mut before, mut comma) = (Place::Code, '[', None);
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match (place, letter) {
            (Place::Text, '\\') => drop(letters.next()),
            (Place::Text, '"') => place = Place::Code,
            (Place::Text, _) => {}
            (_, letter) if letter.is_whitespace() => continue,
            (_, ',') => comma = Some(at).filter(|_| !matches!(before, '[' | '{' | ',')),
            (_, ']' | '}') => trailing.extend(comma.take()),
            (_, '"') => (place, comma) = (Place::Text, None),
            _ => comma = None,
        }
        before = letter;
    }
    let mut bytes = text.into_bytes();
    for at in trailing {
        if let Some(byte) = bytes.get_mut(at) {
            *byte = b' ';
        }
    }
    // A comma is one byte, and so is a space.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Levels of lists and objects.
pub fn depth(value: &Json) -> usize {
    match value {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// A value with the line it begins on.
pub type Numbered = (usize, Json);

/// Reads a list (`[…]`) or one value after the other, as in JSON lines; comments allowed. Says the line of each
/// value; of the elements of a list, the line of the list.
///
/// # Errors
/// When the text is not JSON.
pub fn read_many(text: &str) -> Result<Vec<Numbered>, BadJson> {
    let text = without_comments(text);
    let text = text.trim_start_matches('\u{feff}');
    let mut values = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Json>();
    loop {
        let before = stream.byte_offset();
        let blank = text.get(before..).unwrap_or_default();
        let start = before + (blank.len() - blank.trim_start().len());
        let line = 1 + newlines(text, start);
        match stream.next() {
            None => return Ok(values),
            Some(Ok(Json::Array(items))) => values.extend(items.into_iter().map(|item| (line, item))),
            Some(Ok(value)) => values.push((line, value)),
            Some(Err(error)) => return Err(bad(&error)),
        }
    }
}

fn newlines(text: &str, end: usize) -> usize {
    text.bytes().take(end).filter(|byte| *byte == b'\n').count()
}

fn bad(error: &serde_json::Error) -> BadJson {
    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(message, _)| message)
        .to_owned();
    BadJson {
        line: error.line(),
        column: error.column(),
        message,
    }
}

/// Blanks `// …` and `/* … */` outside of strings; lines and columns stay where they are.
pub fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut place = Place::Code;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        let (after, keep) = place.step(letter, next);
        let shown = if keep == Keep::Letter || letter == '\n' || letter == '\r' {
            letter
        } else {
            ' '
        };
        out.push(shown);
        if after.took_two(place) {
            letters.next();
            out.push(if keep == Keep::Letter { next.unwrap_or(' ') } else { ' ' });
        }
        place = after.settled();
    }
    out
}

/// Where the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Code,
    Text,
    /// After a backslash in text, the next letter taken along.
    Escape,
    Line,
    Block,
    /// The two letters that end a block.
    BlockEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    Letter,
    Blank,
}

impl Place {
    fn step(self, letter: char, next: Option<char>) -> (Self, Keep) {
        match (self, letter, next) {
            (Self::Code, '/', Some('/')) => (Self::Line, Keep::Blank),
            (Self::Code, '/', Some('*')) => (Self::Block, Keep::Blank),
            (Self::Code, '"', _) => (Self::Text, Keep::Letter),
            (Self::Text, '"', _) => (Self::Code, Keep::Letter),
            (Self::Text, '\\', Some(_)) => (Self::Escape, Keep::Letter),
            (Self::Line, '\n', _) => (Self::Code, Keep::Letter),
            (Self::Block, '*', Some('/')) => (Self::BlockEnd, Keep::Blank),
            (Self::Line | Self::Block, _, _) => (self, Keep::Blank),
            _ => (self, Keep::Letter),
        }
    }

    /// Whether the step that led here consumed the next letter too.
    fn took_two(self, before: Self) -> bool {
        matches!(
            (before, self),
            (Self::Code, Self::Line | Self::Block) | (_, Self::Escape | Self::BlockEnd)
        )
    }

    fn settled(self) -> Self {
        match self {
            Self::Escape => Self::Text,
            Self::BlockEnd => Self::Code,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn comments_go_and_strings_stay() {
        let text = "{ // one\n \"a//b\": \"/* \\\" // */\", /* two\n lines **/ \"c\": 1 }//";
        assert_eq!(read(text).unwrap(), json!({"a//b": "/* \" // */", "c": 1}));
        assert_eq!(without_comments(text).lines().count(), text.lines().count());
    }

    #[test]
    fn trailing_commas_go_and_others_stay() {
        let text = r#"{"a": [1, 2, /* x */ ], "b,]": ",}",
        }"#;
        assert_eq!(read(text).unwrap(), json!({"a": [1, 2], "b,]": ",}"}));
        for bad in ["[,]", "[1,,]", "{,}", "[1,2", ","] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_error_names_its_place_in_the_original() {
        let error = read("// first\n{\"a\": /* x */ oops}").unwrap_err();
        assert_eq!((error.line, error.column), (2, 15));
    }

    #[test]
    fn lists_and_lines() {
        assert_eq!(read_many("[1, 2]").unwrap(), [(1, json!(1)), (1, json!(2))]);
        assert_eq!(
            read_many("{}\n// x\n\n{\"a\": 1}\n").unwrap(),
            [(1, json!({})), (4, json!({"a": 1}))]
        );
        assert_eq!(read_many(" \n").unwrap(), []);
        assert_eq!(read_many("{}\n{]").unwrap_err().line, 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_json_without_comments_is_left_alone(text in "[a-z0-9\\\\/*\"\n é]{0,20}") {
            let document = json!({ &text: [text.clone(), 1, null] });
            let written = serde_json::to_string_pretty(&document).unwrap();
            prop_assert_eq!(read(&written).unwrap(), document);
            prop_assert_eq!(without_comments(&written), written);
        }

        #[test]
        fn any_text_is_survived(text in "[\"\\\\/* \n{}:,1é]{0,40}") {
            let _ = read(&text);
            let _ = read_many(&text);
        }
    }
}
