//! A file's mode as a param: octal, or symbolic as chmod takes it.

use super::Param;
use crate::value::{Type, Value};

/// A file's mode, octal or symbolic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mode(String);

impl Mode {
    /// The bits, starting from `current` where it is symbolic. A directory gets `X` as execute. A symbolic mode without
    /// who (`+x`) means all, whatever the umask.
    pub fn bits(&self, current: u32, dir: bool) -> u32 {
        match u32::from_str_radix(&self.0, 8) {
            Ok(bits) => bits & 0o7777,
            Err(_) => self
                .0
                .split(',')
                .fold(current & 0o7777, |bits, clause| symbolic(clause, bits, dir)),
        }
    }
}

fn symbolic(clause: &str, bits: u32, dir: bool) -> u32 {
    let Some(at) = clause.find(['=', '+', '-']) else {
        return bits;
    };
    let (who, rest) = clause.split_at(at);
    let (op, perms) = rest.split_at(1);
    let all = who.is_empty() || who.contains('a');
    let copied = match perms {
        "u" => bits >> 6,
        "g" => bits >> 3,
        "o" => bits,
        _ => 0,
    } & 0o7;
    let mut mask = 0;
    let mut clear = 0;
    for (class, shift, special) in [('u', 6, 0o4000), ('g', 3, 0o2000), ('o', 0, 0)] {
        if !all && !who.contains(class) {
            continue;
        }
        clear |= (0o7 << shift) | special;
        mask |= copied << shift;
        for perm in perms.chars() {
            mask |= match perm {
                'r' => 0o4 << shift,
                'w' => 0o2 << shift,
                'x' => 0o1 << shift,
                'X' if dir || bits & 0o111 != 0 => 0o1 << shift,
                's' => special,
                't' => 0o1000,
                _ => 0,
            };
        }
    }
    match op {
        "+" => bits | mask,
        "-" => bits & !mask,
        _ => (bits & !clear) | mask,
    }
}

impl Param for Mode {
    const TYPE: Type = Type::Mode;
    fn read(value: &Value) -> Option<Mode> {
        let text = value.expose_str()?;
        Type::Mode.accepts(value).then(|| Mode(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbolic_modes_are_chmods() {
        let bits = |text: &str, from: u32| Mode(text.into()).bits(from, false);
        assert_eq!(bits("0644", 0o777), 0o644);
        assert_eq!(bits("u+x", 0o644), 0o744);
        assert_eq!(bits("go-rwx", 0o755), 0o700);
        assert_eq!(bits("u=rw,go=r", 0o777), 0o644);
        assert_eq!(bits("a+X", 0o644), 0o644);
        assert_eq!(bits("a+X", 0o744), 0o755);
        assert_eq!(Mode("a+X".into()).bits(0o644, true), 0o755);
        assert_eq!(bits("g+s,+t", 0o755), 0o3755);
        assert_eq!(bits("u=rw,g=u,o=", 0o777), 0o660);
        assert_eq!(bits("go=u", 0o4750), 0o4777);
        assert_eq!(bits("o+g,u-o", 0o640), 0o244);
        assert_eq!(bits("o=g", 0o2751), 0o2755);
    }
}
