package journal

import (
	"context"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Revision is how a declaration is to read; what is empty stays.
type Revision struct {
	Impact desk.Impact
	Title  string
	Text   string // of the first message
	Doubts []string
}

// Revise corrects a declaration as a whole, in one transaction and one announcement:
// what is not told yet is told so, what was told is corrected.
func (j *Journal) Revise(ctx context.Context, by By, number int, r Revision) (Applied, error) {
	i, err := j.Incident(ctx, number)
	if err != nil {
		return Applied{}, err
	}
	if r.Impact != "" {
		i.Impact = r.Impact
	}
	channels, err := j.book.Count(ctx, j.db, desk.Snapshot{Incident: &i}.Scope())
	if err != nil {
		return Applied{}, err
	}
	return once(ctx, j, by, func(tx storage.Tx) (Applied, error) {
		i, err := getIncident(tx, number)
		if err != nil {
			return Applied{}, err
		}
		if err := i.CheckOpen(); err != nil {
			return Applied{}, err
		}
		untold, err := j.book.Untold(tx, i.Subject())
		if err != nil {
			return Applied{}, err
		}
		changes, err := r.changes(tx, i, by.act(), untold)
		if err != nil {
			return Applied{}, err
		}
		out, err := j.putTogether(tx, by, changes, channels)
		out.Untold = untold
		return out, err
	})
}

// changes are what the revision changes, one after the other; it refuses where that
// is nothing.
func (r Revision) changes(tx storage.Tx, i desk.Incident, act desk.Act, untold bool) (out []desk.Change, err error) {
	for _, step := range r.steps(tx) {
		c, changes, err := step(i, act)
		if err != nil {
			return nil, err
		}
		if !changes {
			continue
		}
		if untold {
			c = c.Unseen()
		}
		c.Announce.Snapshot.Doubts = r.Doubts
		out, i = append(out, c), c.Incident
	}
	if len(out) == 0 {
		return nil, desk.Refuse(desk.Conflict, "%s says just that already.", i.Subject()).About(i.Subject())
	}
	return out, nil
}

// putTogether writes changes of one request and announces them once.
func (j *Journal) putTogether(tx storage.Tx, by By, changes []desk.Change, channels int) (out Applied, err error) {
	last := len(changes) - 1
	told := desk.Together(changes)
	var also []desk.Entry
	for k, c := range changes {
		c.Announce = nil
		if k == last {
			c.Announce = told
		} else {
			also = append(also, c.Entry)
		}
		tests, answered := out.Tests, out.Answered
		if out, err = j.put(tx, by, c, channels); err != nil {
			return Applied{}, err
		}
		out.Tests, out.Answered = append(tests, out.Tests...), append(answered, out.Answered...)
	}
	out.Also = also
	return out, nil
}

// revise is one step of a revision; it reports whether it changes anything.
type revise func(i desk.Incident, act desk.Act) (c desk.Change, changes bool, err error)

// steps are the impact, the title, the first message.
func (r Revision) steps(tx storage.Tx) []revise {
	impact := func(i desk.Incident, act desk.Act) (desk.Change, bool, error) {
		if r.Impact == "" || r.Impact == i.Impact {
			return desk.Change{}, false, nil
		}
		c, err := i.SetImpact(r.Impact, act)
		return c, true, err
	}
	title := func(i desk.Incident, act desk.Act) (desk.Change, bool, error) {
		if r.Title == "" || r.Title == i.Title {
			return desk.Change{}, false, nil
		}
		c, err := i.SetTitle(r.Title, act)
		return c, true, err
	}
	text := func(i desk.Incident, act desk.Act) (desk.Change, bool, error) {
		first, _, err := entryTable().Get(tx, entryKey(i.Subject(), 1))
		if err != nil || r.Text == "" || r.Text == first.Text {
			return desk.Change{}, false, err
		}
		c, err := i.Reword(first, r.Text, act)
		return c, true, err
	}
	return []revise{impact, title, text}
}
