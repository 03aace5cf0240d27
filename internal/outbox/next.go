package outbox

import (
	"cmp"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// lane is one channel that something is open for: at most one call outstanding.
type lane struct {
	ch   desk.Channel
	ops  bool
	abil chat.Abilities
	zone *time.Location // of quiet hours
	// stopped: the connection is held or down.
	stopped bool
	busy    bool // a call is outstanding
	gone    bool
	// notBefore is when the platform takes calls again, nextPost when it takes a
	// post: one a second per channel (docs.slack.dev/apis/web-api/rate-limits).
	notBefore, nextPost time.Time
	jobs                []*job

	dirty bool      // next is to be asked again
	wake  time.Time // when to ask again by itself; zero: not
	plan  verdict   // what it is ready for, while it waits for its turn
	ready bool
	since time.Time // since when it is ready
}

// doubt is what is known of a call whose outcome was not.
type doubt int

const (
	sure       doubt = iota
	doubtful         // it may still take effect, or has to be looked up
	lookedOnce       // it was absent once; a history may lag behind
)

const (
	// settleTime is how long a platform may take to apply a request whose answer
	// was lost; later ones can be doubled.
	settleTime = 15 * time.Second
	// secondLook is how long after a look that found nothing the next follows.
	secondLook = 5 * time.Second
	// maxCopies is how often a post that nobody can look up is sent.
	maxCopies = 3
)

// job is what one channel is owed about one subject.
type job struct {
	lane *lane
	of   *subject

	post Post // as on disk; without a Root there is none
	// open is the highest announcement of an intent or a row of this channel; mine
	// the highest of this process: nothing above it is sent without a mark first.
	open, mine int
	intents    []*intent
	row        *rowRecord // as on disk; nil: none
	since      time.Time  // the oldest of them
	came       time.Time  // since before it was queued anew; zero: it was not

	unmatched bool      // the channel was found not to match,
	wish      desk.Wish // or to match and to want to hear so,
	asked     asked     // as of this
	pending   bool      // a receipt is not yet on disk
	doubt     doubt
	look      time.Time // while in doubt: when to look
	blind     bool      // its look-ups are refused
	copies    int       // sent again without a look, so that copies may stand there
	tries     int
	first     time.Time // of the tries
	notBefore time.Time // no try
	why       string    // the newest trouble
	editing   bool      // the round of edits handed it in
	noEdit    time.Time // an older edit may still take effect before
	edited    bool      // it is one of this job, which therefore stays until then
}

// action is what a lane does next.
type action int

const (
	wait      action = iota
	suspend          // the channel is gone
	sendRoot         // the post, in version n
	sendReply        // what said holds, up to n
	sendEdit         // the root shows n
	lookUp           // what became of a send
	skip             // nothing to say up to n, so no call
	forget           // nobody can look it up, and the root's text makes up for it
	repeat           // nobody can look it up: it counts as not sent
	hush             // it is told when its quiet hours end
	drop             // it is not to be told
	leave            // nothing is left to do
)

// verdict is what next says.
type verdict struct {
	do    action
	job   *job
	until time.Time // wait, hush: when to ask again; zero: when something happens
	n     int
	saying
	mark bool // the job needs a row of this process first
}

// class orders verdicts: ops channels, what reaches a channel, replies, edits.
func (v verdict) class() int {
	switch {
	case v.job.lane.ops:
		return 0
	case v.do == sendRoot, v.do == lookUp, v.broadcast:
		return 1
	case v.do == sendEdit:
		return 3
	}
	return 2
}

// calls reports whether the verdict is a call to the platform.
func (v verdict) calls() bool { return v.do >= sendRoot && v.do <= lookUp }

// next says what the lane does now. It is pure.
func next(now time.Time, l *lane) verdict {
	switch {
	case l.busy, l.stopped:
		return verdict{do: wait}
	case l.gone:
		return verdict{do: suspend}
	case now.Before(l.notBefore):
		return verdict{do: wait, until: l.notBefore}
	}
	best := verdict{do: wait}
	for _, j := range l.jobs {
		v := j.next(now)
		v.job = j
		if better(v, best) {
			best = v
		}
	}
	return best
}

// better orders verdicts of one lane: what needs no call, then by class, age and number,
// then the shortest wait.
func better(v, than verdict) bool {
	switch {
	case v.do == wait && than.do == wait:
		return than.until.IsZero() || (!v.until.IsZero() && v.until.Before(than.until))
	case v.do == wait || than.do == wait:
		return than.do == wait
	case !v.calls() || !than.calls():
		return than.calls() && !v.calls()
	}
	return cmp.Or(v.class()-than.class(), v.job.since.Compare(than.job.since), v.job.together(than.job)) < 0
}

// together orders two jobs that are of the same moment: notices first, then what has waited
// longest, then the lower number.
func (j *job) together(than *job) int {
	if j.of == nil || than.of == nil {
		return 0
	}
	a, b := j.of.id, than.of.id
	return cmp.Or(noticeFirst(a, b), j.age().Compare(than.age()), a.Number-b.Number)
}

// age is since when the job waits, also before it was queued anew.
func (j *job) age() time.Time {
	if j.came.IsZero() {
		return j.since
	}
	return j.came
}

func noticeFirst(a, b desk.Subject) int {
	isNotice := func(s desk.Subject) int {
		if s.Kind == desk.NoticeSubject {
			return 0
		}
		return 1
	}
	return isNotice(a) - isNotice(b)
}

func (j *job) next(now time.Time) verdict {
	switch {
	case j.pending:
		return verdict{do: wait}
	case j.of.out.gaveWay():
		return j.yield(now)
	case j.mustFollow():
		return verdict{do: wait}
	case j.doubt != sure && now.Before(j.look):
		return verdict{do: wait, until: j.look}
	case j.doubt != sure:
		return j.resolve()
	case now.Before(j.notBefore):
		return verdict{do: wait, until: j.notBefore}
	case j.isOpen():
		return j.tell(now)
	case (j.shows() || j.edited) && now.Before(j.editable()):
		return verdict{do: wait, until: j.editable()}
	case j.shows():
		return verdict{do: sendEdit, n: j.want()}
	}
	return verdict{do: leave}
}

func (j *job) want() int    { return j.of.out.want(j.lane.ops) }
func (j *job) isOpen() bool { return j.open > j.post.Told }

// lost reports whether the channel may have a post that a restored record does not
// know.
func (j *job) lost() bool { return j.of.out.Lost.N > 0 && j.post.Told == 0 }

// shows reports whether the root's text is old and may be put right now.
func (j *job) shows() bool {
	return j.lane.abil.Edit && (j.editing || j.lane.ops) && j.post.Root != "" &&
		j.post.Told >= j.want() && j.post.Shown < j.want()
}

// resolve says what becomes of a doubt that has aged.
func (j *job) resolve() verdict {
	if j.lane.abil.LookUp && !j.blind {
		return verdict{do: lookUp}
	}
	if j.post.Root != "" && !j.reply(j.open).broadcast {
		return verdict{do: forget, n: j.open}
	}
	return verdict{do: repeat}
}

// tell says how a channel that is open hears.
func (j *job) tell(now time.Time) verdict {
	want := j.want()
	if !j.canLookUp() && j.post.Root != "" {
		want = min(want, j.open) // a fold beyond could not be recognised after a crash
	}
	v := verdict{n: want, mark: j.mine <= j.post.Told}
	switch {
	case j.post.Told >= want, // it was an ops channel when this was opened
		!j.post.made() && (j.of.amended(want) || !j.lane.ops && j.of.stale(want, now)):
		return verdict{do: drop}
	case j.post.Root == "" && want > 0 && (j.lane.ops || !j.unmatched || j.post.owed()):
		v.do = sendRoot
	case j.post.Root == "" && j.copies > 0 && j.of.scopeAt(want).Retracted:
		v.do, v.saying = sendRoot, j.of.reply(want-1, want, true, desk.Normal)
		return j.paced(now, v)
	case j.post.Root == "":
		return verdict{do: drop}
	default:
		v.do, v.saying = sendReply, j.reply(want)
		if len(v.anns) == 0 && j.unasked() { // it may want to hear more than it did
			v.saying = j.of.reply(j.post.Told, want, true, desk.Loud)
		}
		if len(v.anns) == 0 {
			return verdict{do: skip, n: want}
		}
	}
	switch until := j.quietUntil(now); {
	case until.IsZero():
	case j.post.owed() && len(j.intents) == 0: // and not missed: it has its row
		return verdict{do: wait, until: until}
	default:
		return verdict{do: hush, n: want, until: until}
	}
	return j.paced(now, v)
}

// unasked reports whether it has still to be read how the channel wants to hear, as
// is done before each call.
func (j *job) unasked() bool {
	return !j.lane.ops && j.of.out.To.IsZero() && j.asked == asked{}
}

// paced is the post v, or the wait for its turn in its channel.
func (j *job) paced(now time.Time, v verdict) verdict {
	if now.Before(j.lane.nextPost) {
		return verdict{do: wait, until: j.lane.nextPost}
	}
	return v
}

// reply is what the channel hears after what it was told, up to want.
func (j *job) reply(want int) saying {
	return j.of.reply(j.post.Told, want, j.lane.abil.Thread, j.manner())
}

// lasting is the manner of the channel's subscription, or of the last that it had.
func (j *job) lasting() desk.Manner {
	if !j.wish.Speaks {
		return j.post.Manner
	}
	return j.wish.Manner
}

// manner is how much the channel wants to be made of it.
func (j *job) manner() desk.Manner {
	m := j.lasting()
	// It opens in the thread of another subject, unless it never was.
	opening := j.post.Told == 0 && !j.of.scopeAt(j.want()).Retracted
	if m == desk.Quiet && (opening || !j.lane.abil.Edit) {
		return desk.Normal
	}
	return m
}

// quietUntil is the end of the channel's quiet hours, where they keep back what it
// would hear; zero: they do not. The newest impact decides, also where an older version
// has its turn. What may stand there already is told.
func (j *job) quietUntil(now time.Time) time.Time {
	if j.lane.ops || j.copies > 0 {
		return time.Time{}
	}
	return j.wish.QuietUntil(now, j.of.scopeAt(j.want()).Impact, j.lane.zone)
}

func (j *job) canLookUp() bool { return j.lane.abil.LookUp && !j.blind }
