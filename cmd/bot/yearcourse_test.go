package main

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// readCourse sees that what was announced about a subject is what was promised.
func (y *year) readCourse(s desk.Subject) {
	course := y.record.about(s)
	for k, a := range course {
		var next *desk.Announcement
		if k+1 < len(course) {
			next = &course[k+1]
		} else if goesOn := y.record.about(y.record.became[s]); len(goesOn) > 0 {
			next = &goesOn[0]
		}
		switch {
		case a.Snapshot.Incident != nil:
			y.readIncident(a, next)
		case a.Snapshot.Window != nil:
			y.readWindow(a, next)
		case a.Snapshot.Notice != nil && a.Snapshot.Notice.Question != nil:
			y.readQuestion(a, *a.Snapshot.Notice.Question)
		}
	}
}

// isOverdue reports whether something was to be announced by a time and was not. What
// falls into a time when the bot was down is due when it is up again.
func (y *year) isOverdue(by time.Time, next *desk.Announcement) bool {
	due := y.upAgain(by).Add(telling)
	if next != nil {
		return next.At.After(due)
	}
	return due.Before(y.until)
}

func (y *year) readIncident(a desk.Announcement, next *desk.Announcement) {
	i := a.Snapshot.Incident
	if !i.IsOpen() {
		return
	}
	if by := i.NextUpdateBy; !by.IsZero() && y.isOverdue(by, next) {
		y.wrong("%s promised news by %s at its %d, and nothing came", i.Subject(), by.In(y.zone).Format(time.DateTime), a.N)
	}
	if by := i.NextUpdateBy; !by.IsZero() && !by.After(a.At) {
		y.wrong("%s promises at %s news by %s", i.Subject(), a.At, by)
	}
	if i.NextUpdateBy.IsZero() && i.Missed < 3 {
		y.wrong("%s promises nothing at its %d: %s", i.Subject(), a.N, a.Kind)
	}
}

func (y *year) readWindow(a desk.Announcement, next *desk.Announcement) {
	w := a.Snapshot.Window
	at := a.At.In(y.zone)
	switch a.Kind {
	case desk.WindowReminded:
		if at.Hour() < 7 || at.Hour() >= 22 {
			y.wrong("%s is reminded of at %s", w.Subject(), at)
		}
		if !a.At.Before(w.Planned.From) {
			y.wrong("%s is reminded of at %s, after its begin", w.Subject(), at)
		}
	case desk.WindowStarted:
		if begun := w.Planned.From; w.StartedAt.Equal(begun) && a.At.After(y.upAgain(begun).Add(telling)) {
			y.wrong("%s began at %s, which is told at %s", w.Subject(), begun, at)
		}
	}
	switch {
	case w.IsOver() || w.IsSeries():
	case !w.IsRunning() && w.HeldAt.IsZero():
		if y.isOverdue(w.Planned.From, next) {
			y.wrong("%s did not begin at %s", w.Subject(), w.Planned.From.In(y.zone))
		}
		y.readReminder(a, next)
	case w.IsRunning() && !w.IsSilent():
		by := w.NextNewsBy
		if by.IsZero() {
			by = w.Planned.To
		}
		if y.isOverdue(by, next) {
			y.wrong("%s was to end, or to tell more, by %s", w.Subject(), by.In(y.zone))
		}
	}
}

// readReminder sees that people are reminded the day before.
func (y *year) readReminder(a desk.Announcement, next *desk.Announcement) {
	begin := a.Snapshot.Window.Planned.From.In(y.zone)
	remind := time.Date(begin.Year(), begin.Month(), begin.Day()-1, 16, 0, 0, 0, y.zone)
	up := y.upAgain(remind)
	if remind.After(a.At) && up.Equal(remind) && y.isOverdue(remind, next) {
		y.wrong("nobody was reminded of %s at %s", a.Subject, remind)
	}
}

// readQuestion sees that nobody is asked at night about what is minor.
func (y *year) readQuestion(a desk.Announcement, q desk.Question) {
	if hour := a.At.In(y.zone).Hour(); a.N == 1 && q.Incident != nil && q.Incident.Impact == desk.Minor && (hour < 7 || hour >= 22) {
		y.wrong("ops is asked at %s about %s, which is minor", a.At.In(y.zone), q.Incident.Subject())
	}
}

// tellCourse writes down what was announced about a subject.
func (y *year) tellCourse(s desk.Subject) {
	for _, a := range y.record.about(s) {
		y.course.WriteString(s.String() + " " + a.At.In(y.zone).Format("2006-01-02 15:04:05") + " " + string(a.Kind) + " " + string(a.Reach) + " " + a.Text + "\n")
	}
}
