//! The one text that a database may refuse: U+0000.

use crate::error::{Result, StoreError};

/// The answer to a text with U+0000, the same for both databases.
pub(crate) fn refused() -> StoreError {
    StoreError::Invalid("text must not contain U+0000".to_owned())
}

/// Refuses JSON text in which a string holds an escaped U+0000.
pub(crate) fn check_json(json: &str) -> Result<()> {
    let escaped = |at: usize| {
        let before = json.as_bytes()[..at].iter().rev().take_while(|byte| **byte == b'\\');
        before.count() % 2 == 0
    };
    if json.match_indices("\\u0000").any(|(at, _)| escaped(at)) {
        return Err(refused());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_json;

    #[test]
    fn escaped_nul_is_refused() {
        assert!(check_json(r#"{"a":"x\u0000"}"#).is_err());
        assert!(check_json(r#"{"a":"x\\\u0000"}"#).is_err());
        assert!(check_json(r#"{"a":"x\\u0000"}"#).is_ok());
        assert!(check_json(r#"{"a":"\u00001"}"#).is_err());
        assert!(check_json(r#"{"a":"u0000"}"#).is_ok());
    }
}
