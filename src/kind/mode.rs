//! A file's mode as a param: octal, or symbolic as chmod takes it.

use super::Param;
use crate::value::{Type, Value};
use std::fmt;

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

impl Mode {
    /// A mode that is changed each time, if there is one: what this makes of it, and what of that. `apply` gives the bits that
    /// come of some bits. Only a clause that reads what another one sets can do so.
    pub fn restless(&self, apply: impl Fn(u32) -> u32) -> Option<[u32; 3]> {
        let reads = |clause: &str| clause.contains('X') || clause.ends_with(['u', 'g', 'o']);
        if !self.0.split(',').any(reads) {
            return None;
        }
        let thrice = |bits| {
            let once = apply(bits);
            [bits, once, apply(once)]
        };
        // The modes that files mostly have make the better example.
        let usual = [0o644, 0o755, 0o640, 0o750];
        // Nothing reads a special bit, and of the others only an `x` ever follows from another sort (`r`, in trees).
        let classes = |set: u32| ((set & 4) << 4) | ((set & 2) << 2) | (set & 1);
        let all = (0..64).map(|sets| (classes(sets >> 3) * 6) | classes(sets & 7));
        let mut modes = usual.into_iter().chain(all).map(thrice);
        modes.find(|[_, once, twice]| once != twice)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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

    /// The few modes that are tried tell the same as all of them would.
    #[test]
    fn a_restless_mode_is_found() {
        let who = ["u", "a"];
        let perms = ["x", "X", "u", "o"];
        let clauses = who.iter().flat_map(|who| {
            let of = move |op: &str, perm: &str| format!("{who}{op}{perm}");
            perms
                .iter()
                .flat_map(move |perm| ["=", "+"].map(|op| of(op, perm)))
        });
        let clauses: Vec<String> = clauses.collect();
        let mut restless = 0;
        for (one, two) in clauses
            .iter()
            .flat_map(|one| clauses.iter().map(move |two| (one, two)))
        {
            let mode = Mode(format!("{one},{two}"));
            for (dir, trees) in [(false, false), (true, true)] {
                let apply = |from| {
                    let bits = mode.bits(from, dir);
                    if trees {
                        bits | ((bits & 0o444) >> 2)
                    } else {
                        bits
                    }
                };
                let any = (0..0o1000).any(|from| apply(from) != apply(apply(from)));
                let found = mode.restless(apply);
                assert_eq!(found.is_some(), any, "{mode}");
                restless += usize::from(any);
            }
        }
        assert!(restless > 20, "{restless}");
    }
}
