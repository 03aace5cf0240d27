package journal

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// PublishedWindow is a window as everybody may know it.
type PublishedWindow struct {
	Window   desk.Window
	Timeline []desk.Entry // see desk.Published
	// Next are the coming times of a series, in order. One that has no number yet is
	// a window without one.
	Next []desk.Window
}

// PlansQuery asks for the planned work of a page.
type PlansQuery struct {
	Now time.Time
	// Until is up to which begin coming work is read, CancelledSince since when what does
	// not take place is.
	Until, CancelledSince time.Time
	// Limit is how many coming windows are read at most.
	Limit int
}

// Plans is the planned work that everybody may know at one moment.
type Plans struct {
	// Running is what goes on, the first begun first.
	Running []PublishedWindow
	// Coming has not begun, or was cancelled and its time has not passed: in order of the
	// planned begin. There is no series in it, but their next times; one that has no
	// number yet is a window without one.
	Coming []PublishedWindow
	// More: more is coming than the limit.
	More bool
	// Until is when more may be known although nothing changes; zero: not before
	// something changes.
	Until time.Time
}
