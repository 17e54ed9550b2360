//! Writing JSON text straight into a buffer.
//!
//! Why not serde: what an answer consists of is encoded when a snapshot is compiled; all that is
//! left is joining pieces.

/// Appends pieces as they are.
macro_rules! push {
    ($to:expr, $($piece:expr),+ $(,)?) => {{ $($to.extend_from_slice($piece.as_ref());)+ }};
}
pub(crate) use push;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends a JSON string, quotes included.
pub(crate) fn push_string(to: &mut Vec<u8>, text: &str) {
    to.push(b'"');
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte >= 0x20 && *byte != b'"' && *byte != b'\\' {
            continue;
        }
        to.extend_from_slice(bytes.get(from..at).unwrap_or_default());
        from = at + 1;
        match byte {
            b'"' | b'\\' => to.extend_from_slice(&[b'\\', *byte]),
            b'\n' => to.extend_from_slice(b"\\n"),
            other => {
                let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
                to.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(other >> 4), digit(other & 15)]);
            }
        }
    }
    to.extend_from_slice(bytes.get(from..).unwrap_or_default());
    to.push(b'"');
}

/// Appends a number in base 10.
pub(crate) fn push_decimal(to: &mut Vec<u8>, number: u64) {
    push_in_base(to, number, 10);
}

/// Appends a number in base 36, lower case.
pub(crate) fn push_base36(to: &mut Vec<u8>, number: u64) {
    push_in_base(to, number, 36);
}

fn push_in_base(to: &mut Vec<u8>, mut number: u64, base: u64) {
    let start = to.len();
    loop {
        let digit = u8::try_from(number % base).unwrap_or_default();
        to.push(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
        number /= base;
        if number == 0 {
            break;
        }
    }
    if let Some(digits) = to.get_mut(start..) {
        digits.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_what_serde_reads() {
        for text in ["", "plain", "q\"b\\s\nl\u{1}\u{1f}\u{7f}ü€😀", "\t\r"] {
            let mut json = Vec::new();
            push_string(&mut json, text);
            assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
        }
    }

    #[test]
    fn numbers_in_both_bases() {
        for number in [0, 9, 10, 35, 36, 1_764_000_000_000, u64::MAX] {
            let (mut decimal, mut short) = (Vec::new(), Vec::new());
            push_decimal(&mut decimal, number);
            push_base36(&mut short, number);
            assert_eq!(String::from_utf8(decimal).unwrap(), number.to_string());
            assert_eq!(
                u64::from_str_radix(std::str::from_utf8(&short).unwrap(), 36),
                Ok(number)
            );
        }
    }
}
