//! Reports for machines: JSON, JUnit's XML, and annotations as GitHub reads them.

use super::runner::{Came, TestOptions, Tested};
use serde_json::{Value as Json, json};
use std::path::PathBuf;

/// All tests as one object, format 1. What was only listed has no verdict.
pub(super) fn json(options: &TestOptions, came: &Result<Came, String>) -> Json {
    let answer = |ok: bool, stories: Vec<Json>, orphans: Vec<String>| {
        json!({
            "format": 1,
            "ok": ok,
            "error": came.as_ref().err(),
            "stories": stories,
            "orphans": orphans,
            "plans": null,
        })
    };
    let Ok(came) = came else {
        return answer(false, Vec::new(), Vec::new());
    };
    if options.list {
        let named = |story: &PathBuf| json!({"story": story.display().to_string()});
        return answer(true, came.stories.iter().map(named).collect(), Vec::new());
    }
    let orphans = came.orphans.iter().map(|path| path.display().to_string());
    let stories = came.tested.iter().map(one).collect();
    let mut all = answer(came.is_well(), stories, orphans.collect());
    if options.play.check_plan {
        let plans = came.foresight();
        all["plans"] = json!({"exact": plans.exact, "unknown": plans.unknown, "needs_root": plans.blocked, "wrong": plans.wrong});
    }
    all
}

fn one(test: &Tested) -> Json {
    let problem =
        |problem: &super::runner::Problem| json!({"line": problem.line, "text": problem.text});
    let problems: Vec<Json> = test.problems.iter().map(problem).collect();
    json!({"story": test.name, "ok": test.is_ok(), "problems": problems})
}

/// All tests as a JUnit file.
pub(super) fn junit(tested: &[Tested]) -> String {
    let failed = tested.iter().filter(|test| !test.is_ok()).count();
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    text.push_str(&format!(
        "<testsuites tests=\"{n}\" failures=\"{failed}\">\n<testsuite name=\"weft\" tests=\"{n}\" failures=\"{failed}\">\n",
        n = tested.len()
    ));
    for test in tested {
        let name = escape(&test.name);
        if test.is_ok() {
            text.push_str(&format!("<testcase classname=\"weft\" name=\"{name}\"/>\n"));
            continue;
        }
        let first = test
            .problems
            .first()
            .map_or("failed", |problem| &problem.text);
        let first = first.lines().next().unwrap_or_default();
        let all: Vec<&str> = test.problems.iter().map(|p| p.text.as_str()).collect();
        text.push_str(&format!(
            "<testcase classname=\"weft\" name=\"{name}\"><failure message=\"{}\">{}</failure></testcase>\n",
            escape(first),
            escape(&all.join("\n"))
        ));
    }
    text.push_str("</testsuite>\n</testsuites>\n");
    text
}

/// What XML 1.0 cannot hold (its section 2.2), or advises against, becomes a replacement character. A text has no surrogates.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Each problem of a test as one of GitHub's workflow commands.
pub(super) fn annotations(test: &Tested) -> String {
    let data = |text: &str| {
        text.replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A")
    };
    let place = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let line = |problem: &super::runner::Problem| {
        format!(
            "::error file={},line={}::{}\n",
            place(&test.name),
            problem.line.max(1),
            data(&problem.text)
        )
    };
    test.problems.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::runner::{Problem, Tested};
    use super::*;

    fn failed() -> Tested {
        Tested {
            name: "a,b.yaml".into(),
            problems: vec![Problem {
                line: 3,
                text: "wanted <1>,\nfound \"2\" \u{1b}".into(),
            }],
            foresight: Default::default(),
        }
    }

    #[test]
    fn xml_holds_what_xml_can() {
        let text = junit(&[failed()]);
        assert!(text.contains("tests=\"1\" failures=\"1\""));
        assert!(text.contains("message=\"wanted &lt;1&gt;,\""));
        assert!(text.contains("found &quot;2&quot; \u{fffd}</failure>"));
    }

    /// Every character there is: only those of XML 1.0's `Char` come through.
    #[test]
    fn xml_holds_no_character_that_it_cannot() {
        let fits = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        for c in '\0'..=char::MAX {
            let escaped = escape(c.encode_utf8(&mut [0; 4]));
            assert!(escaped.chars().all(fits), "{:x}", u32::from(c));
            let cannot = !fits(c) || c.is_control() && !"\t\n".contains(c);
            assert_eq!(
                escaped == "\u{fffd}",
                cannot || c == '\u{fffd}',
                "{:x}",
                u32::from(c)
            );
        }
    }

    #[test]
    fn annotations_are_one_line_each() {
        let wanted = "::error file=a%2Cb.yaml,line=3::wanted <1>,%0Afound \"2\" \u{1b}\n";
        assert_eq!(annotations(&failed()), wanted);
    }
}
