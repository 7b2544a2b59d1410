//! The grey hint behind the cursor: the rest of the only candidate, or the arguments that come next. It reads the same
//! position as completion, so that the two agree.

use super::complete::{Context, position};
use super::offer::Offers;
use super::parse::scope_at_end;
use super::words::lex_loosely;

/// What to show behind the end of the line, if anything.
pub fn hint(line: &str, ctx: &Context) -> Option<String> {
    let (tokens, error) = lex_loosely(line);
    let scope = scope_at_end(line, &tokens, ctx.graph, ctx.catalog);
    let at = position(line, &tokens, error.map(|error| error.grade), &scope)?;
    if at.word.is_none() {
        let blank = line.is_empty() || line.ends_with(char::is_whitespace);
        let shows = at.wanted.first().map(|wanted| wanted.shows.clone())?;
        return (blank && !shows.is_empty()).then_some(shows);
    }
    // Whether there is one alone, two tell.
    let (start, candidates) = Offers::new(ctx, &scope, &at).first(2);
    match candidates.as_slice() {
        [only] => {
            let rest = only.text.strip_prefix(line.get(start..)?)?;
            (!rest.is_empty()).then(|| rest.to_owned())
        }
        _ => None,
    }
}
