//! The film of a run: which event is shown, and how everything stood then. It plays, stands still, goes back, and catches up.
//!
//! Everything here is a fold over the events; a clock only says how far the film moves. What cannot be folded from events (the graph, and
//! how vertices stand that nothing has happened to) comes with what the session says it knows, and holds from there on.

mod about;
mod beside;
mod places;
mod steps;

pub use beside::{Beside, Run};

use super::motion::{Frame, GAP, Motion, Pace, motion};
use crate::graph::{Graph, Key};
use crate::trace::{Event, REMEMBERED, View, why_among};
use about::About;
use beside::Besides;
use places::Places;
use std::sync::Arc;

/// Who is farther behind than this plays faster: what lags is made up for in about that time.
const BEHIND: Frame = 2_000_000;

/// What a move of the film has changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Changed {
    /// Nothing.
    Nothing,
    /// How these vertices stand.
    Vertices(Vec<Key>),
    /// Anything, the graph included.
    All,
}

/// Plays a film.
#[derive(Clone, Debug)]
pub struct Player {
    events: Vec<Event>,
    about: About,
    frames: Vec<Frame>,
    pace: Pace,
    places: Places,
    /// So many events are shown.
    shown: usize,
    /// So often what is shown has become other.
    turns: u64,
    at: Frame,
    view: View,
    graph: Arc<Graph>,
    besides: Besides,
    /// What the session knew where the film is.
    beside: Beside,
    /// Whether it plays on by itself.
    plays: bool,
    /// Whether it was somewhere before its end, and has not come there since.
    was_back: bool,
    /// How fast; 1 is as the film is.
    speed: f64,
    /// Whether anything is animated.
    moves: bool,
    /// Whether it is all there: nothing is lived that it has to catch up with.
    whole: bool,
}

impl Player {
    /// An empty film; where nothing moves, what happens is shown as soon as it is heard of.
    pub fn new(moves: bool, speed: f64) -> Player {
        Player {
            events: Vec::new(),
            about: About::default(),
            frames: Vec::new(),
            pace: Pace::default(),
            places: Places::new(),
            shown: 0,
            turns: 0,
            at: 0,
            view: View::default(),
            graph: Arc::default(),
            besides: Besides::default(),
            beside: Beside::default(),
            plays: true,
            was_back: false,
            speed,
            moves,
            whole: false,
        }
    }

    /// The same for what has happened already: at its own pace, also where nothing is animated, and from its beginning, of which
    /// nothing is forgotten.
    pub fn whole(self) -> Player {
        Player {
            whole: true,
            ..self
        }
    }

    /// How everything stands where the film is.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// The graph as it is there.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// What the session knew there, beside what events tell.
    pub fn beside(&self) -> &Beside {
        &self.beside
    }

    /// The same at the end.
    pub fn last_beside(&self) -> &Beside {
        self.besides.last()
    }

    /// Every event that is remembered.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Those of them that are shown, of the film to which they belong: there may be others before it.
    pub fn film(&self) -> &[Event] {
        let begun = self.places.begun(self.shown);
        &self.events[begun..self.shown]
    }

    /// Those of them that are about this vertex.
    pub fn about<'a>(
        &'a self,
        key: &Key,
    ) -> impl DoubleEndedIterator<Item = &'a Event> + Clone + use<'a> {
        let film = self.places.begun(self.shown)..self.shown;
        let numbers = self.about.within(key, film).iter();
        numbers.map(|number| &self.events[*number])
    }

    /// What led to the last thing that is shown to have happened to it.
    pub fn why(&self, key: &Key) -> Vec<&Event> {
        why_among(self.film(), self.about(key))
    }

    /// As long as this number is the same, so is all that is shown, but for what moves.
    pub fn turns(&self) -> u64 {
        self.turns
    }

    /// Where in the film it is.
    pub fn at(&self) -> Frame {
        self.at
    }

    /// How long the film is: all of it, and how it ends.
    pub fn length(&self) -> Frame {
        self.frames.last().map_or(0, |last| last + GAP)
    }

    /// How many of them are shown.
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// How many are not shown yet.
    pub fn behind(&self) -> usize {
        self.events.len() - self.shown
    }

    /// Whether it stands still somewhere before the end, or where somebody stopped it.
    pub fn is_rewound(&self) -> bool {
        !self.plays
    }

    /// Whether what is shown is of the past: it stands still, or plays on from there and has not caught up.
    pub fn is_past(&self) -> bool {
        !self.plays || self.was_back
    }

    /// How fast it plays.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Plays so fast from now on.
    pub fn set_speed(&mut self, speed: f64) {
        self.speed = speed.clamp(0.0625, 64.0);
    }

    /// What moves now.
    pub fn motion(&self) -> Motion<'_> {
        match self.moves {
            true => motion(&self.events, &self.frames, self.at),
            false => Motion::default(),
        }
    }

    /// Whether the next picture differs by itself.
    pub fn is_moving(&self) -> bool {
        let goes_on = (self.moves || self.whole) && self.plays;
        goes_on && (self.behind() > 0 || !self.motion().is_still())
    }

    /// Hears of events. What is shown becomes other only where it is forgotten.
    pub fn hear(&mut self, events: &[Event]) -> Changed {
        for event in events {
            self.frames.push(self.pace.next(event));
        }
        self.besides.hear(self.events.len(), events);
        self.about.hear(self.events.len(), events);
        self.events.extend_from_slice(events);
        self.forget()
    }

    /// From here on it stands so, whatever events have told of before.
    pub fn know(&mut self, view: Arc<View>, graph: Arc<Graph>, beside: Beside) -> Changed {
        self.besides.put(self.events.len(), beside);
        self.places
            .know(self.events.len(), view, graph, &self.events);
        self.at_end()
    }

    /// A plan was made here.
    pub fn planned(&mut self, plan: Arc<View>) -> Changed {
        self.besides.planned(self.events.len(), plan);
        self.at_end()
    }

    /// Another film follows, in this graph: what was told before does not count for it.
    pub fn append(&mut self, graph: Arc<Graph>, events: &[Event]) -> Changed {
        let Some(first) = events.first() else {
            return Changed::Nothing;
        };
        let before = self.events.len();
        if before > 0 {
            self.pace.begin_another();
        }
        // Until its first event, what is seen is how the one before it ended.
        let (at, view) = match before {
            0 => (0, View::default()),
            _ => (before + 1, View::of([first])),
        };
        self.places.begin(at, view, graph);
        self.hear(events);
        match before {
            0 => self.jump(self.shown),
            _ => Changed::Nothing,
        }
    }

    /// From here on the graph is this one.
    pub fn edit(&mut self, graph: Arc<Graph>) -> Changed {
        self.places.edit(self.events.len(), graph);
        self.at_end()
    }

    /// Where the film is at its end, that is other now.
    fn at_end(&mut self) -> Changed {
        match self.shown == self.events.len() {
            true => self.jump(self.shown),
            false => Changed::Nothing,
        }
    }

    /// An empty film, which plays as this one does.
    pub fn another(&self) -> Player {
        Player {
            whole: self.whole,
            turns: self.turns + 1,
            ..Player::new(self.moves, self.speed)
        }
    }

    /// So much time has passed.
    pub fn pass(&mut self, passed: Frame) -> Changed {
        if !self.plays {
            return Changed::Nothing;
        }
        let end = self.length();
        if !self.moves && !self.whole {
            self.at = end;
            return self.show(self.events.len());
        }
        let lags = end.saturating_sub(GAP).saturating_sub(self.at);
        let rate = match self.whole {
            true => self.speed,
            false => self.speed * (lags as f64 / BEHIND as f64).max(1.0),
        };
        self.at = self
            .at
            .saturating_add((passed as f64 * rate) as Frame)
            .min(end);
        let shown = self.frames.partition_point(|frame| *frame <= self.at);
        self.show(shown)
    }

    /// Stands still with so many events shown.
    pub fn seek(&mut self, shown: usize) -> Changed {
        self.plays = false;
        let shown = shown.min(self.events.len());
        self.at = shown.checked_sub(1).map_or(0, |last| self.frames[last]);
        self.show(shown)
    }

    /// Stands still at a time of the film.
    pub fn seek_frame(&mut self, at: Frame) -> Changed {
        self.plays = false;
        self.at = at;
        self.show(self.frames.partition_point(|frame| *frame <= at))
    }

    /// Stands still where it is.
    pub fn pause(&mut self) {
        self.plays = false;
        self.was_back = self.behind() > 0;
    }

    /// Plays on from here.
    pub fn play(&mut self) {
        self.plays = true;
    }

    /// Plays on from the end.
    pub fn live(&mut self) -> Changed {
        self.plays = true;
        self.at = self.length();
        self.show(self.events.len())
    }

    fn show(&mut self, shown: usize) -> Changed {
        let is_back = self.was_back || !self.plays;
        self.was_back = is_back && shown < self.events.len();
        match shown.cmp(&self.shown) {
            std::cmp::Ordering::Equal => Changed::Nothing,
            std::cmp::Ordering::Less => self.jump(shown),
            std::cmp::Ordering::Greater => {
                // What the session knows from some event on is not to be folded past.
                match self.places.has_within(self.shown, shown) {
                    true => self.jump(shown),
                    false => self.fold(shown),
                }
            }
        }
    }

    fn fold(&mut self, shown: usize) -> Changed {
        let mut keys = Vec::new();
        let mut all = self.besides.has_within(self.shown, shown);
        if all {
            self.beside = self.besides.stood(shown);
        }
        for event in &self.events[self.shown..shown] {
            self.view.take(event);
            match &event.subject {
                Some(key) => keys.push(key.clone()),
                // A run begins or ends for every vertex.
                None => all = true,
            }
        }
        self.shown = shown;
        self.turns += 1;
        self.places.pass(shown, &self.view, &self.graph);
        match all {
            true => Changed::All,
            false => Changed::Vertices(keys),
        }
    }

    fn jump(&mut self, shown: usize) -> Changed {
        (self.view, self.graph) = self.places.stood(shown, &self.events);
        self.beside = self.besides.stood(shown);
        self.shown = shown;
        self.turns += 1;
        Changed::All
    }

    /// Forgets the older half of too many events.
    fn forget(&mut self) -> Changed {
        if self.whole || self.events.len() <= REMEMBERED {
            return Changed::Nothing;
        }
        let gone = self.events.len() - REMEMBERED / 2;
        let stood = self.places.stood(gone, &self.events);
        self.events.drain(..gone);
        self.frames.drain(..gone);
        self.places.forget(gone, stood);
        self.besides.forget(gone);
        self.about.forget(gone);
        self.turns += 1;
        match self.shown.checked_sub(gone) {
            Some(shown) => {
                self.shown = shown;
                Changed::Nothing
            }
            None => self.jump(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Time;
    use crate::trace::{EventId, What};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn event(id: u64, at: u64, who: usize, what: usize) -> Event {
        let key = |n: usize| Key::new("noop", format!("n{n}"));
        let what = match what {
            0 => What::Checking { tries: 1 },
            1 => What::Ok,
            2 => What::Poked,
            3 => What::Notified {
                from: Some(key(who + 1)),
                generation: 1,
                may: false,
            },
            4 => What::Applying,
            _ => What::Command("note".into()),
        };
        Event {
            id: EventId(id),
            at: Time(at),
            subject: (!matches!(what, What::Command(_))).then(|| key(who)),
            what,
            cause: None,
        }
    }

    fn film() -> impl Strategy<Value = Vec<Event>> {
        let one = (0u64..2_000_000, 0usize..4, 0usize..6);
        prop::collection::vec(one, 1..60).prop_map(|all| {
            let mut at = 0;
            let events = all.into_iter().enumerate().map(|(n, (gap, who, what))| {
                at += gap * (n as u64 % 3);
                event(n as u64 + 1, at, who, what)
            });
            events.collect()
        })
    }

    proptest! {
        #[test]
        fn wherever_the_film_goes_it_shows_what_the_events_up_to_there_come_to(
            events in film(), moves in prop::collection::vec((0usize..60, 0u64..3_000_000), 1..12),
        ) {
            let mut player = Player::new(true, 1.0);
            let (first, rest) = events.split_at(events.len() / 2);
            player.hear(first);
            for (n, (place, passed)) in moves.into_iter().enumerate() {
                match n % 3 {
                    0 => drop(player.seek(place)),
                    1 => {
                        player.play();
                        player.pass(passed);
                    }
                    _ => drop(player.seek_frame(passed)),
                }
                if n == 2 {
                    player.hear(rest);
                }
                prop_assert_eq!(player.view(), &View::of(&player.events()[..player.shown()]));
                for who in 0..4 {
                    let key = Key::new("noop", format!("n{who}"));
                    prop_assert_eq!(player.why(&key), crate::trace::why(player.film(), &key));
                }
            }
            player.live();
            prop_assert_eq!(player.behind(), 0);
        }

        #[test]
        fn a_film_ends_and_is_the_same_in_any_steps(events in film(), steps in prop::collection::vec(1u64..900_000, 1..40)) {
            let mut player = Player::new(true, 1.0);
            player.hear(&events);
            let mut last = player.at;
            for step in steps {
                player.pass(step);
                prop_assert!(player.at >= last, "it does not go back");
                last = player.at;
            }
            for _ in 0..10_000 {
                player.pass(100_000);
            }
            prop_assert_eq!(player.behind(), 0);
            prop_assert!(!player.is_moving(), "at rest at the end");
        }
    }

    /// How a film ended is seen until the next one's first event, and nothing of it after that.
    #[test]
    fn one_film_follows_another() {
        let mut player = Player::new(true, 1.0).whole();
        let graph =
            |name: &str| Arc::new(crate::graph::Graph::sketch([Key::new("noop", name)], &[]));
        let (one, two) = (graph("one"), graph("two"));
        player.append(
            one.clone(),
            &[event(1, 0, 0, 0), event(2, 90_000_000, 0, 1)],
        );
        assert!(Arc::ptr_eq(player.graph(), &one), "at its beginning");
        player.append(two.clone(), &[event(3, 0, 1, 0), event(4, 0, 1, 1)]);
        player.append(one.clone(), &[]);
        assert_eq!(player.shown(), 0);
        for (shown, graph, film) in [
            (0, &one, 0..0),
            (2, &one, 0..2),
            (3, &two, 2..3),
            (4, &two, 2..4),
        ] {
            player.seek(shown);
            assert!(Arc::ptr_eq(player.graph(), graph), "{shown}");
            assert_eq!(
                player.view(),
                &View::of(&player.events()[film.clone()]),
                "{shown}"
            );
            assert_eq!(player.film(), &player.events()[film], "{shown}");
        }
        // From one end to the other in one breath, and in small steps.
        player.seek(0);
        player.play();
        for step in [60_000_000, 10_000] {
            for _ in 0..player.length() / step + 1 {
                player.pass(step);
            }
            assert_eq!(player.view(), &View::of(&player.events()[2..]));
            assert!(Arc::ptr_eq(player.graph(), &two));
            assert!(!player.is_moving());
            player.seek(0);
            player.play();
        }
    }

    /// Who watches something happen catches up with it; what has happened already waits for who watches it.
    #[test]
    fn a_whole_film_keeps_its_pace_and_all_of_its_events() {
        let all: Vec<Event> = (1..=REMEMBERED as u64 + 10)
            .map(|id| event(id, id * 1_000_000, 0, 0))
            .collect();
        for moves in [true, false] {
            let mut player = Player::new(moves, 2.0).whole();
            player.append(Arc::default(), &all);
            assert_eq!(player.events().len(), all.len());
            player.pass(GAP);
            assert_eq!((player.at(), player.is_moving()), (2 * GAP, true));
            player.live();
            assert_eq!((player.behind(), player.at()), (0, player.length()));
        }
    }

    #[test]
    fn two_that_were_sent_at_once_travel_together() {
        let mut pace = Pace::default();
        let one = event(1, 5, 0, 3);
        let two = event(2, 5, 2, 3);
        let later = event(3, 5, 2, 0);
        let frames = [&one, &two, &later].map(|event| pace.next(event));
        assert_eq!(frames[0], frames[1]);
        assert!(frames[2] > frames[1]);
        let events = [one, two, later];
        let moving = motion(&events, &frames, frames[0] / 2);
        assert_eq!(moving.travels.len(), 2);
        assert!(
            moving
                .travels
                .iter()
                .all(|travels| travels.at > 0.1 && travels.at < 0.9)
        );
    }

    #[test]
    fn what_the_session_knows_holds_from_there_on() {
        let mut player = Player::new(true, 1.0);
        player.hear(&[event(1, 0, 0, 0)]);
        let mut known = View::default();
        let other = known.vertices.entry(Key::new("noop", "other"));
        Arc::make_mut(other.or_default()).dirty = true;
        player.know(Arc::new(known.clone()), Arc::default(), Beside::default());
        player.hear(&[event(2, 0, 1, 1)]);
        player.live();
        assert!(
            player
                .view()
                .vertices
                .contains_key(&Key::new("noop", "other"))
        );
        player.seek(1);
        assert_eq!(player.view(), &known);
        player.seek(0);
        assert_eq!(player.view(), &View::default());
        player.live();
        assert!(player.view().vertices.contains_key(&Key::new("noop", "n1")));
    }

    /// What is done to a film while it is live.
    #[derive(Clone, Debug)]
    enum Lived {
        Happens(usize, usize),
        Known(usize, bool),
        Edited,
        Planned,
        Another,
    }

    fn lived() -> impl Strategy<Value = Lived> {
        prop_oneof![
            6 => (0usize..4, 0usize..6).prop_map(|(who, what)| Lived::Happens(who, what)),
            3 => (0usize..6, any::<bool>()).prop_map(|(who, is)| Lived::Known(who, is)),
            1 => Just(Lived::Edited),
            1 => Just(Lived::Planned),
            1 => Just(Lived::Another),
        ]
    }

    fn another_graph(n: usize) -> Arc<Graph> {
        Arc::new(Graph::sketch([Key::new("noop", format!("g{n}"))], &[]))
    }

    /// Does it, and is live again.
    fn live(player: &mut Player, n: usize, lived: &Lived) {
        let id = n as u64 + 1;
        match lived {
            Lived::Happens(who, what) => drop(player.hear(&[event(id, id, *who, *what)])),
            Lived::Edited => drop(player.edit(another_graph(n))),
            Lived::Planned => drop(player.planned(Arc::default())),
            // The first one stands as it is from the beginning on.
            Lived::Another if player.events().is_empty() => {
                player.hear(&[event(id, 0, 0, 0)]);
            }
            Lived::Another => drop(player.append(another_graph(n), &[event(id, 0, 0, 0)])),
            Lived::Known(who, is) => {
                let key = Key::new("noop", format!("n{who}"));
                let mut view = player.view().clone();
                match is {
                    true => {
                        let vertex = view.vertices.entry(key.clone()).or_default();
                        Arc::make_mut(vertex).dirty ^= true;
                    }
                    false => drop(view.vertices.remove(&key)),
                }
                let beside = Beside {
                    breaks: Arc::new([key].into()),
                    paused: *is,
                    ..player.last_beside().clone()
                };
                drop(player.know(Arc::new(view), player.graph().clone(), beside));
            }
        }
        player.live();
    }

    proptest! {
        /// More of it is known than the places that are kept to be quick.
        #[test]
        fn the_past_is_what_was_shown_while_it_was_live(
            all in prop::collection::vec(lived(), 1..400), stride in 1usize..40, seeks in prop::collection::vec(any::<prop::sample::Index>(), 20),
        ) {
            let mut player = Player::new(true, 1.0);
            player.places = Places::every(stride);
            let mut shown = BTreeMap::from([(0, (View::default(), Arc::default(), Beside::default()))]);
            for (n, lived) in all.iter().enumerate() {
                live(&mut player, n, lived);
                let stood = (player.view().clone(), player.graph().clone(), player.beside().clone());
                shown.insert(player.shown(), stood);
            }
            for at in seeks {
                let at = at.index(player.events().len() + 1);
                player.seek(at);
                let stood = (player.view().clone(), player.graph().clone(), player.beside().clone());
                prop_assert_eq!(Some(&stood), shown.get(&at), "after {} events", at);
            }
        }
    }

    #[test]
    fn a_long_film_forgets_its_beginning_and_goes_on() {
        let mut player = Player::new(true, 1.0);
        let events: Vec<Event> = (1..=REMEMBERED as u64 + 10)
            .map(|id| event(id, id, (id % 3) as usize, (id % 5) as usize))
            .collect();
        player.hear(&events[..100]);
        player.seek(50);
        player.hear(&events[100..]);
        assert!(player.events().len() <= REMEMBERED);
        let gone = events.len() - player.events().len();
        player.seek(10);
        assert_eq!(player.view(), &View::of(&events[..gone + 10]));
        let key = Key::new("noop", "n1");
        let is_about = |event: &&Event| event.subject.as_ref() == Some(&key);
        assert!(player.about(&key).eq(player.film().iter().filter(is_about)));
        player.live();
        assert_eq!(player.view(), &View::of(&events));
    }
}
