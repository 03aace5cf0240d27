package statuspage

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/wording"
)

// monthForm is how a month stands in an address.
const monthForm = "2006-01"

// monthOf is the month that a page of the history is of.
type monthOf struct {
	Name, Quiet            phrase
	Earlier, Later         string // months in which something may have happened; empty: none
	EarlierName, LaterName phrase
}

// history gives the page of a month, or (empty) of this one.
func (a *asked) history(month string) {
	in := a.month(a.snap.at)
	if month != "" {
		first, err := time.ParseInLocation(monthForm, month, a.settings.Words.Zone)
		if err != nil || first.Year() < 2000 || first.After(in.From) {
			a.give(http.StatusNotFound, missing)
			return
		}
		in = a.month(first)
	}
	at := a.at(desk.Subject{Number: in.From.Year()*100 + int(in.From.Month())})
	at.of = "history/" + month
	a.dug(at, func(ctx context.Context) (*sheet, error) {
		was, err := a.record.PublicPast(ctx, a.snap.at, in)
		if err != nil {
			return nil, err
		}
		if began, err := a.began(ctx); err != nil || month != "" && !in.To.After(began) {
			return nil, cmp.Or(err, error(desk.Refuse(desk.Unknown, "Nothing is known of %s.", month)))
		}
		return a.sheet(at, func(v *view) {
			if v.Page, v.Up = "history", "./"; month != "" {
				v.Up, v.Root = "../", "../"
			}
			v.history(in, was)
		}), nil
	})
}

// month is the month of t, in the zone of the organization.
func (p *Pages) month(t time.Time) desk.Period {
	y, m, _ := t.In(p.settings.Words.Zone).Date()
	first := time.Date(y, m, 1, 0, 0, 0, 0, p.settings.Words.Zone)
	return desk.Period{From: first, To: first.AddDate(0, 1, 0)}
}

func (v *view) history(in desk.Period, was journal.Past) {
	v.Canonical = v.in.StatusURL + "/history/" + in.From.Format(monthForm)
	v.Month.Name = v.monthName(in.From)
	v.Month.Quiet = fill(v.quietMonth, v.Month.Name)
	for _, one := range was.Incidents {
		if i := one.Incident; !i.IsRetracted() && i.MergedInto == 0 {
			v.Recent = append(v.Recent, v.event(one, 0))
		}
	}
	for _, one := range was.Windows {
		v.Done = append(v.Done, v.doneWork(one.Window))
	}
	if !was.Before.IsZero() {
		v.Month.Earlier = was.Before.In(v.in.Zone).Format(monthForm)
		v.Month.EarlierName = fill(v.earlier, v.monthName(was.Before))
	}
	if !in.To.After(v.now) {
		v.Month.Later = in.To.Format(monthForm)
		v.Month.LaterName = fill(v.later, v.monthName(in.To))
	}
	v.Title = v.Label.History + ": " + v.Month.Name.Plain() + " – " + v.Heading.Plain()
	v.About = v.Title
}

func (s speech) monthName(t time.Time) phrase {
	return phrase{{Text: s.in.Write(t.In(s.in.Zone), wording.PageMonth), Time: t.In(s.in.Zone).Format(monthForm)}}
}
