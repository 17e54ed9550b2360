//! Reading what stands in addresses.

use std::borrow::Cow;

/// The first value of this name in a query, decoded; a plus is a blank.
pub(crate) fn value(query: Option<&str>, name: &str) -> Option<String> {
    let mut pairs = query.unwrap_or_default().split('&');
    pairs.find_map(|pair| {
        let (own, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |text: &str| decoded(&text.replace('+', " ")).into_owned();
        (own == name || plain(own) == name).then(|| plain(value))
    })
}

/// Percent-decoded; what does not decode to UTF-8 stays as it is.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.get(..2).and_then(hex_byte)).flatten();
        bytes.push(escaped.unwrap_or(*first));
        rest = match escaped {
            Some(_) => after.get(2..).unwrap_or_default(),
            None => after,
        };
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u8::from_str_radix(text, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_name_counts_and_is_decoded() {
        let of = |query, name| value(Some(query), name);
        assert_eq!(of("a=1&b=x+y%2Bz&b=2", "b").as_deref(), Some("x y+z"));
        assert_eq!(of("a&b", "a").as_deref(), Some(""));
        assert_eq!(of("%61=1", "a").as_deref(), Some("1"));
        assert_eq!(of("ab=1", "a"), None);
        assert_eq!(value(None, "a"), None);
    }
}
