package wording

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// archived is an incident as a public status page told it.
type archived struct {
	Title   string
	Impact  desk.Impact
	Updates []struct {
		At      time.Time
		Status  string
		Message string
	}
}

// TestRealIncidentsFit tells an archive of real incidents (in the folder that
// BELLTOWER_DATA names) as we would have.
func TestRealIncidentsFit(t *testing.T) {
	dir := os.Getenv("BELLTOWER_DATA")
	if dir == "" {
		t.Skip("BELLTOWER_DATA names no folder with incidents-public.jsonl")
	}
	f, err := os.Open(filepath.Join(dir, "incidents-public.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		var a archived
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		n++
		retell(t, a)
	}
	if err := lines.Err(); err != nil || n == 0 {
		t.Fatalf("%d incidents, %v", n, err)
	}
}

// retell tells an archived incident step by step, checks each post, and all of it
// as one reply, as after an outage of the platform.
func retell(t *testing.T, a archived) {
	impact := a.Impact
	if impact.Rank() == 0 {
		impact = desk.Minor
	}
	s := &story{t: t}
	for k, u := range a.Updates {
		s.now = u.At
		text := shorten(u.Message, desk.MaxText)
		switch {
		case k == 0:
			s.declare(desk.Declaration{Services: affected("learn"), Impact: impact, Title: shorten(a.Title, desk.MaxTitle), Text: text})
		case !s.inc.IsOpen():
			s.take(s.inc.Reopen(text, s.act()))
		case u.Status == "Resolved" || u.Status == "Completed":
			s.resolve(text)
		default:
			status, known := map[string]desk.IncidentStatus{"Monitoring": desk.Monitoring, "Investigating": desk.Investigating}[u.Status]
			if !known {
				status = desk.Identified
			}
			s.update(status, text)
		}
		checkAsTold(t, s)
	}
}

func checkAsTold(t *testing.T, s *story) {
	newest := s.newest()
	d := chat.Delivery{Subject: newest.Subject, N: newest.N, Snapshot: &newest.Snapshot}
	reply, all := d, d
	reply.Said, all.Said = s.said[len(s.said)-1:], s.said
	for _, d := range []chat.Delivery{d, reply, all} {
		m := campus().Post(d)
		checkLimits(t, m)
		checkNewestIsWhole(t, m, d, s.said)
	}
}
