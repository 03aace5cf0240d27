package desk

import "slices"

// Renaming is a connection that gets another name.
type Renaming struct{ From, To ConnectionName }

// Name returns the name of k after the renaming.
func (r Renaming) Name(k ConnectionName) ConnectionName {
	if k == r.From {
		return r.To
	}
	return k
}

// Person returns p under its name after the renaming.
func (r Renaming) Person(p Person) Person {
	p.Connection = r.Name(p.Connection)
	return p
}

// Channel returns c under its name after the renaming.
func (r Renaming) Channel(c Channel) Channel {
	c.Connection = r.Name(c.Connection)
	return c
}

// Incident returns i with who declared it, where, who leads it and who says that it is
// resolved renamed. It changes nothing that i points to.
func (r Renaming) Incident(i Incident) Incident {
	i.DeclaredBy, i.DeclaredIn, i.Lead = r.Person(i.DeclaredBy), r.Channel(i.DeclaredIn), r.Person(i.Lead)
	if i.Verify != nil {
		v := *i.Verify
		v.By = r.Person(v.By)
		i.Verify = &v
	}
	return i
}

// Window returns w with who scheduled it, and where, renamed.
func (r Renaming) Window(w Window) Window {
	w.ScheduledBy, w.ScheduledIn = r.Person(w.ScheduledBy), r.Channel(w.ScheduledIn)
	return w
}

// Entry returns e with who made it, and who led before and after, renamed.
func (r Renaming) Entry(e Entry) Entry {
	e.By = r.Person(e.By)
	if e.Kind == Led {
		e.Before, e.After = r.address(e.Before), r.address(e.After)
	}
	return e
}

// Announcement returns a with the people, channels and connections in it renamed. It
// changes nothing that a points to.
func (r Renaming) Announcement(a Announcement) Announcement {
	if a.Kind == Led {
		a.Before, a.After = r.address(a.Before), r.address(a.After)
	}
	if a.Snapshot.Incident != nil {
		i := r.Incident(*a.Snapshot.Incident)
		a.Snapshot.Incident = &i
	}
	if a.Snapshot.Window != nil {
		w := r.Window(*a.Snapshot.Window)
		a.Snapshot.Window = &w
	}
	if a.Snapshot.Alert != nil {
		alert := r.Alert(*a.Snapshot.Alert)
		a.Snapshot.Alert = &alert
	}
	if a.Snapshot.Notice != nil {
		n := r.notice(*a.Snapshot.Notice)
		a.Snapshot.Notice = &n
	}
	return a
}

// Alert returns a with who acknowledged it renamed.
func (r Renaming) Alert(a Alert) Alert {
	a.AckedBy = r.Person(a.AckedBy)
	return a
}

func (r Renaming) notice(n Notice) Notice {
	n.To, n.Only, n.Missed = r.Channel(n.To), slices.Clone(n.Only), slices.Clone(n.Missed)
	for k, name := range n.Only {
		n.Only[k] = r.Name(name)
	}
	for k, i := range n.Missed {
		n.Missed[k] = r.Incident(i)
	}
	n.MissedWindows = slices.Clone(n.MissedWindows)
	for k, w := range n.MissedWindows {
		n.MissedWindows[k] = r.Window(w)
	}
	if n.Digest != nil {
		d := *n.Digest
		d.Windows = slices.Clone(d.Windows)
		for k, w := range d.Windows {
			d.Windows[k] = r.Window(w)
		}
		n.Digest = &d
	}
	if n.Question != nil {
		q := r.Question(*n.Question)
		n.Question = &q
	}
	return n
}

// Question returns q with the people and channels in it renamed.
func (r Renaming) Question(q Question) Question {
	q.Mention = slices.Clone(q.Mention)
	for k, p := range q.Mention {
		q.Mention[k] = r.Person(p)
	}
	if q.Incident != nil {
		i := r.Incident(*q.Incident)
		q.Incident = &i
	}
	q.Open = slices.Clone(q.Open)
	for k, i := range q.Open {
		q.Open[k] = r.Incident(i)
	}
	if q.Window != nil {
		w := r.Window(*q.Window)
		q.Window = &w
	}
	return q
}

// address renames a person that was written as text; other text stays.
func (r Renaming) address(s string) string {
	p, err := ParsePerson(s)
	if err != nil {
		return s
	}
	return r.Person(p).String()
}
