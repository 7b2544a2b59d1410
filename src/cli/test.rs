//! `test`: plays stories and compares their traces with their snapshots.

use super::args::TestArgs;
use super::desk::Desk;

/// `weft test [PATH|GLOB…]`.
pub fn test(desk: &Desk, args: &TestArgs) -> i32 {
    let _ = (
        args.accept,
        args.list,
        args.check_plan,
        &args.junit,
        &args.paths,
    );
    desk.printer
        .error("error: this weft was built without its story player");
    1
}
