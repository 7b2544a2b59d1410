//! What a template renders, and what is refused.

use super::*;
use crate::kind::stage::{Stage, Vertex};

#[test]
fn renders_what_it_is_given() {
    let rows = [
        (
            "text='listen {{ port }}\\n' vars.port=8080",
            "listen 8080\n",
        ),
        (
            "text='{% if on %}yes{% else %}no{% endif %}' vars.on=true",
            "yes",
        ),
        ("text='<{{ html }}>' vars.html='<b>&'", "<<b>&>"),
        (
            "text='{{ name | upper }} {{ 1 + 2 }}' vars.name=web",
            "WEB 3",
        ),
        ("text='{{ range(3) | join }}'", "012"),
        ("source=/srv/t vars.a=1", "a is 1\n"),
    ];
    for (params, text) in rows {
        let world = Stage::of("/srv/t = a is {{ a }}\\n");
        let bench = Vertex::of(&world, &format!("template t {params}"));
        assert_eq!(bench.validate(&[]), Ok(()), "{params}");
        let sends = bench.check().unwrap().sends.unwrap();
        assert_eq!(sends["text"], Value::str(text), "{params}");
    }
}

#[test]
fn lists_maps_and_bytes_are_what_they_look_like() {
    let world = Stage::of("");
    let mut bench = Vertex::of(
        &world,
        "template t text='{% for x in xs %}{{ x }};{% endfor %}{{ m.k }} {{ b }}'",
    );
    let list = Value::list([Value::Int(1), Value::str("two")]);
    let map = Value::map([("k".to_owned(), Value::Bool(true))]);
    let bytes = Value::Bytes(std::sync::Arc::from(&b"raw"[..]));
    let vars = [("xs", list), ("m", map), ("b", bytes)];
    let vars = Value::map(vars.map(|(name, value)| (name.to_owned(), value)));
    bench.params.insert("vars".to_owned(), vars);
    let sends = bench.check().unwrap().sends.unwrap();
    assert_eq!(sends["text"], Value::str("1;two;True raw"));
}

#[test]
fn is_secret_as_soon_as_one_variable_is() {
    let world = Stage::of("/srv/t 0600 = pw");
    for (params, secret) in [
        ("text='{{ a }}' vars.a=open", false),
        ("text='{{ a }}' vars.a=open vars.b=secret:hunter2", true),
        ("text=secret:hunter2", true),
        ("source=/srv/t", true),
    ] {
        let sends = Vertex::of(&world, &format!("template t {params}"))
            .check()
            .unwrap()
            .sends;
        assert_eq!(sends.unwrap()["text"].is_secret(), secret, "{params}");
    }
}

#[test]
fn what_is_missing_or_broken_is_an_error_at_load() {
    let world = Stage::of("");
    let rows: &[(&str, &[&str], &str)] = &[
        ("", &[], "text: is needed"),
        ("text=a source=/b", &[], "only one"),
        ("source=b", &[], "absolute"),
        (
            "text='{{ a }} {{ b.c }}'",
            &[],
            "uses a, b, which nobody gives: set `vars.a`",
        ),
        ("text='{{ a }}'", &["vars.b"], "uses a,"),
        ("text='x\\n{% if %}'", &[], "line 2: syntax error"),
    ];
    for (params, bound, why) in rows {
        let refused = Vertex::of(&world, &format!("template t {params}")).validate(bound);
        assert!(
            refused.as_ref().is_err_and(|line| line.contains(why)),
            "{params}: {refused:?}"
        );
    }
    for (params, bound) in [
        ("text='{{ a }}'", ["vars.a"]),
        ("text='{{ a }}'", ["vars"]),
        ("", ["text"]),
    ] {
        let bench = Vertex::of(&world, &format!("template t {params}"));
        assert_eq!(bench.validate(&bound), Ok(()), "{params}");
    }
}

/// A loop that is a mistake ends, and takes no memory without end.
#[test]
fn what_a_template_does_and_makes_is_bounded() {
    let loops = |inner: &str| {
        format!(
            "text='{{% for i in range(100000) %}}{{% for j in range(100000) %}}{inner}{{% endfor %}}{{% endfor %}}'"
        )
    };
    let doubled = "{% set x = x ~ x %}".repeat(30);
    let doubled = format!("text='{{% set x = \"xxxx\" %}}{doubled}'");
    for (params, why) in [
        (
            loops("xxxxxxxxxx"),
            "does too much: it may take 4000000 steps",
        ),
        (loops(""), "does too much"),
        (doubled, "does too much"),
        (
            "text='{{ \"x\" * 10000000000 }}'".to_owned(),
            "does too much",
        ),
    ] {
        let world = Stage::of("");
        let failure = Vertex::of(&world, &format!("template t {params}"))
            .check()
            .unwrap_err();
        assert!(failure.why.contains(why), "{params}: {}", failure.why);
    }
    let world = Stage::of("");
    let mut bench = Vertex::of(
        &world,
        "template t text='{% for x in range(9) %}{{ big }}{% endfor %}'",
    );
    let big = Value::from("x".repeat(8 << 20));
    bench
        .params
        .insert("vars".into(), Value::map([("big".to_owned(), big)]));
    let why = "the template makes more text than the 64 MiB that a file may have";
    assert_eq!(bench.check().unwrap_err().why, why);
    // Many lines are no mistake.
    let lines =
        "text='{% for i in range(100000) %}127.0.0.{{ i % 256 }} host{{ i }}\n{% endfor %}'";
    let sends = Vertex::of(&world, &format!("template t {lines}"))
        .check()
        .unwrap()
        .sends;
    let text = sends.unwrap()["text"].clone();
    assert_eq!(
        text.expose_str().unwrap_or_default().lines().count(),
        100_000
    );
}

#[test]
fn errors_say_where_and_hold_no_secret() {
    let world = Stage::of("/srv/t = {{ a }}\n/srv/d/ 0755");
    for (params, why) in [
        (
            "text='x\\n{{ a + 1 }}' vars.a=secret:hunter2",
            "line 2: invalid operation",
        ),
        (
            "text='{{ a | int }}' vars.a=secret:hunter2",
            "line 1: invalid operation",
        ),
        (
            "text='{{ m.k }}' vars.m=secret:hunter2",
            "line 1: undefined value in `m.k`",
        ),
        (
            "text='{{ a.b.c }}' vars.a=open",
            "line 1: undefined value in `a.b.c`",
        ),
        (
            "text=secret:'{{ m.hunter2 }}' vars.m=open",
            "line 1: undefined value",
        ),
        ("source=/srv/t", "uses a,"),
        ("source=/srv/none", "no such file"),
        ("source=/srv/d", "no regular file"),
    ] {
        let failure = Vertex::of(&world, &format!("template t {params}"))
            .check()
            .unwrap_err();
        assert!(failure.why.contains(why), "{params}: {}", failure.why);
        assert!(
            !format!("{failure:?}").contains("hunter2"),
            "{params}: {failure:?}"
        );
    }
}

/// Chains: before, link, after, and how many parts a link has.
const CHAINS: &[(&str, &str, &str, usize)] = &[
    ("{{ x", "~x", " }}", 2),
    ("{{ 'a'", "~'a'", " }}", 2),
    ("{{ 1", "+1", " }}", 2),
    ("{{ 1", "*1", " }}", 2),
    ("{{ 1", "**1", " }}", 2),
    ("{{ x", " and x", " }}", 2),
    ("{{ x", " or x", " }}", 2),
    ("{{ ", "not ", "x }}", 1),
    ("{{ ", "-", "1 }}", 1),
    ("{{ x", ".a", " }}", 2),
    ("{{ x", "[0]", " }}", 3),
    ("{{ x", "[:]", " }}", 3),
    ("{{ x", "()", " }}", 2),
    ("{{ x", "|upper", " }}", 2),
    ("{{ x", " is string", " }}", 2),
    ("{{ x", " is not string", " }}", 3),
    ("{{ 1", " < 1", " }}", 2),
    ("{{ x", " if x else x", " }}", 4),
    ("{{ x", " if x", " }}", 2),
    ("{% filter upper", "|upper", " %}a{% endfilter %}", 2),
    ("{% set y = x", "~x", " %}{{ y }}", 2),
    ("{% set y.z", ".a", " = 1 %}", 2),
    ("{% if x", " or x", " %}a{% endif %}", 2),
    ("{% for i in [x", ",x", "] %}{{ i }}{% endfor %}", 2),
];

/// What is to be rendered, with `x` as a variable.
fn wanted(text: &str) -> Want {
    Want {
        text: Some(Value::str(text)),
        source: None,
        vars: BTreeMap::from([("x".to_owned(), Value::Int(1))]),
    }
}

/// Renders on half the stack that there is, as far as it is within its bounds: one that overflows ends all tests.
fn on_half_the_stack(text: String) -> Result<Value, Failure> {
    let thread = std::thread::Builder::new().stack_size(bounds::STACK / 2);
    let thread = thread.spawn(move || rendered(&wanted(&text), &Value::str(&text)));
    thread.unwrap().join().unwrap()
}

fn refusal(text: &str) -> String {
    let stage = Stage::of("");
    render(&wanted(text), &stage).unwrap_err().why
}

#[test]
fn no_chain_overflows_the_stack() {
    for (before, link, after, parts) in CHAINS {
        let chain = |links: usize| format!("{before}{}{after}", link.repeat(links));
        let within = on_half_the_stack(chain((bounds::PARTS - 10) / parts));
        let why = within.map_or_else(|failure| failure.why, |_| String::new());
        assert!(!why.contains("parts"), "{link}: {why}");
        for links in [bounds::PARTS / parts + 1, 100_000] {
            let why = refusal(&chain(links));
            assert!(
                why.contains("line 1: a tag has more than 4000 parts"),
                "{link}: {why}"
            );
        }
    }
}

#[test]
fn no_branches_overflow_the_stack() {
    let branches = |n: usize| {
        let more = "{% elif x == 3 %}b{{ endif }}".repeat(n);
        format!("{{% set endif = 1 %}}{{% if x == 2 %}}a{more}{{% else %}}c{{% endif %}}")
    };
    let within = on_half_the_stack(branches(bounds::BRANCHES)).unwrap();
    assert_eq!(within, Value::str("c"));
    for n in [bounds::BRANCHES + 1, 10_000] {
        let why = refusal(&branches(n));
        assert!(why.contains("an `if` has more than 1000 branches"), "{why}");
    }
    // Nested ones add up; one after the other do not.
    let half = "{% elif x %}".repeat(bounds::BRANCHES / 2 + 1);
    let nested = format!("{{% if x %}}{half}{{% if x %}}{half}{{% endif %}}{{% endif %}}");
    assert!(refusal(&nested).contains("branches"));
    let apart = format!("{{% if x %}}{half}{{% endif %}}").repeat(3);
    assert_eq!(on_half_the_stack(apart).unwrap(), Value::str(""));
}

/// Brackets and blocks are counted by the library itself.
#[test]
fn no_brackets_and_no_blocks_overflow_the_stack() {
    for (open, close) in [
        ("{% if x %}", "{% endif %}"),
        ("{% for i in [x] %}", "{% endfor %}"),
        ("{% with a = x %}", "{% endwith %}"),
        ("{% filter upper %}", "{% endfilter %}"),
        ("{% set y %}", "{% endset %}"),
    ] {
        for n in [140, 1000, 100_000] {
            let text = format!("{}a{}", open.repeat(n), close.repeat(n));
            let _ = on_half_the_stack(text);
        }
    }
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{'a':", "}"),
        ("x[", "]"),
        ("x(", ")"),
        ("x|join(", ")"),
    ] {
        for n in [70, 1000, 100_000] {
            let text = format!("{{{{ {}1{} }}}}", open.repeat(n), close.repeat(n));
            let _ = on_half_the_stack(text);
        }
    }
    let target = format!(
        "{{% for {}x{} in x %}}{{% endfor %}}",
        "(".repeat(1990),
        ")".repeat(1990)
    );
    let _ = on_half_the_stack(target);
}

/// A list in a list, and so on: who shows, compares or drops it calls itself for each.
#[test]
fn no_value_that_a_template_builds_overflows_the_stack() {
    let show = "{{ y }}{{ y == [y] }}{{ [y] | unique | length }}{{ y < [y] }}";
    for (link, parts) in [
        ("{% set y = [y] %}", 6),
        ("{% set y = {'a': y} %}", 8),
        ("{% set y = y, %}", 5),
        (
            "{% set y = [[[[[[[[[[[[[[[[[[[[y]]]]]]]]]]]]]]]]]]]] %}",
            44,
        ),
        ("{% set y = dict(a=y) %}", 9),
        ("{% set y = y | batch(1) %}", 9),
        ("{% with y = [y] %}", 6),
    ] {
        let end = if link.contains("with") {
            "{% endwith %}"
        } else {
            ""
        };
        let deep = |n: usize| {
            let (links, ends) = (link.repeat(n), end.repeat(n));
            format!("{{% set y = [1] %}}{links}{show}{ends}")
        };
        // Blocks in blocks are bounded by the library, to a few.
        let most = if end.is_empty() {
            (bounds::NESTED - 20) / parts
        } else {
            140
        };
        let within = on_half_the_stack(deep(most));
        assert!(within.as_ref().is_ok(), "{link}: {within:?}");
        let why = refusal(&deep(30_000));
        assert!(
            why.contains("`set`, `with` and `for` have more than 10000 parts"),
            "{link}: {why}"
        );
    }
    // What only looks at another list may be as deep.
    for link in [
        "y + [1]",
        "y[:]",
        "y * 1",
        "y | map('string')",
        "y | reverse",
        "y | list",
    ] {
        let links = format!("{{% set y = {link} %}}").repeat(1000);
        let within = on_half_the_stack(format!("{{% set y = [1] %}}{links}{show}"));
        assert!(within.is_ok(), "{link}: {within:?}");
    }
}

/// It may put a list into a list with each call, and so may do less.
#[test]
fn no_loop_that_calls_itself_overflows_the_stack() {
    let lists = "[".repeat(70) + "x" + &"]".repeat(70);
    let deep = format!("{{{{ loop([{lists}]) if loop.depth < 120 else x | string | length }}}}");
    let deep = format!("{{% for x in [1] recursive %}}{deep}{{% endfor %}}");
    let shown = on_half_the_stack(deep).unwrap();
    assert_eq!(shown, Value::str((2 * 70 * 119 + 1).to_string()));
    let sets = "{% set x = [x] %}".repeat(1500);
    for call in [
        format!("{{{{ loop([{lists}]) }}}}"),
        format!("{sets}{{{{ loop([x]) if loop.depth < 190 else x }}}}"),
    ] {
        let why = on_half_the_stack(format!(
            "{{% for x in [1] recursive %}}{call}{{% endfor %}}"
        ));
        let why = why.unwrap_err().why;
        assert!(
            why.contains("20000 steps") || why.contains("recursion limit"),
            "{why}"
        );
    }
}

#[test]
fn no_value_holds_itself() {
    let why = refusal("{% set n = namespace(x=1) %}{% set n.x = n %}{{ n }}");
    assert!(why.contains("namespace is not there"), "{why}");
}

#[test]
fn a_template_has_no_more_than_so_many_bytes() {
    let text = "x".repeat(bounds::SIZE);
    assert!(on_half_the_stack(text.clone()).is_ok());
    let why = refusal(&(text + "x"));
    assert_eq!(why, "the template, has 4194305 bytes: it may have 4 MiB");
}

/// What is not read as a template is not counted, and what only looks so is.
#[test]
fn parts_are_counted_as_the_library_sees_them() {
    let chain = "~x".repeat(bounds::PARTS);
    for text in [
        format!("{{% raw %}}{{{{ x{chain} }}}}{{% endraw %}}"),
        format!("{{# {{{{ x{chain} }}}} #}}"),
        chain.clone(),
        format!("{{{{ 'x{chain}' }}}}"),
        "{{ x ~ x }}".repeat(bounds::PARTS),
    ] {
        assert!(render(&wanted(&text), &Stage::of("")).is_ok());
    }
    for text in [
        format!("{{% raw %}}{{# {{% endraw %}}{{{{ x{chain} }}}}"),
        format!("{{{{ {{'a': {{'b': 1}}}} ~ x{chain} }}}}"),
        format!("{{{{ '}}}}' ~ x{chain} }}}}"),
        format!("{{%- if x{chain} -%}}{{%- endif -%}}"),
    ] {
        assert!(refusal(&text).contains("4000 parts"));
    }
}
