//! How the time of a simulated machine passes: while a watch goes on there and nothing is typed, it follows the clock on the wall,
//! times the speed. It is moved when something is due on that machine, and before each line; so where nothing is due, nothing is
//! done, however long that is. Everywhere else (while a line is done, while nothing is watched, in a story) it stands, and only
//! `sim advance` moves it. The log of the session has it as one `sim advance` between two commands.

use crate::command::{Front, Session};
use crate::time::Span;
use std::time::{Duration, Instant};

/// Time passes in steps of at least so much, however much is due.
const STEP: Duration = Duration::from_millis(40);

/// A step that comes later than so much after it was due was slept through: weft was stopped, or the machine was.
const LATE: Duration = Duration::from_secs(2);

/// The clock on the wall, as far as a simulated machine has followed it.
pub(super) struct Clock {
    speed: f64,
    since: Instant,
    /// How long the present step was to be.
    step: Option<Duration>,
}

impl Clock {
    pub fn new(speed: f64) -> Clock {
        Clock {
            speed,
            since: Instant::now(),
            step: None,
        }
    }

    /// What has passed until now does not count.
    pub fn skip(&mut self) {
        self.since = Instant::now();
    }

    fn is_followed(&self, session: &Session) -> bool {
        self.speed > 0.0 && session.moment().sim && session.watches()
    }

    /// How long it is, on the wall, until something is due; none where nothing is.
    pub fn until_due(&mut self, session: &mut Session) -> Option<Duration> {
        self.step = None;
        if self.is_followed(session) {
            let next = session.until_next()?.as_std();
            let wall = next.as_secs_f64() / self.speed;
            // What is too far away for anybody to see it is as good as never.
            let wall = Duration::try_from_secs_f64(wall).ok()?;
            self.step = Some(wall.saturating_sub(self.since.elapsed()).max(STEP));
        }
        self.step
    }

    /// Lets as much time pass on the machine as has passed on the wall.
    pub fn pass(&mut self, session: &mut Session, front: &mut dyn Front) {
        let most = self.step.map_or(Duration::MAX, |step| step + LATE);
        let elapsed = self.since.elapsed().min(most);
        self.skip();
        if self.is_followed(session) {
            let millis = (elapsed.as_secs_f64() * self.speed * 1000.0) as u64;
            session.pass(Span::millis(millis), front);
        }
    }
}
