package statuspage

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"sync"

	"github.com/umassonline/belltower/internal/desk"
)

// The pages that are about no subject, in place of its number.
const (
	home    = 0
	missing = -1
)

// address is which page, in which language, and whether links keep that.
type address struct {
	kind   desk.SubjectKind // of a window or an incident; empty: of neither
	number int              // of that, or home or missing
	of     string           // a service or a month; empty: of neither
	tag    string
	chosen bool
}

// sheet is a page as it is sent. It is rendered when the first reader asks.
type sheet struct {
	render        sync.Once
	plain, zipped form
}

// form is the bytes of a page in one coding. Its headers are given to every reader, and
// so never changed.
type form struct {
	body    []byte
	tag     []string // the ETag; other bytes have another
	headers http.Header
}

// at is the address of the page of a subject, as this reader reads it.
func (a *asked) at(s desk.Subject) address {
	return address{kind: s.Kind, number: s.Number, tag: a.tongue.tag, chosen: a.chosen}
}

// sheet returns a page of the snapshot, which put fills in.
func (a *asked) sheet(at address, put func(*view)) *sheet {
	s := a.snap.sheet(at)
	s.render.Do(func() {
		v := a.newView(a.snap, a.tongue, at)
		put(v)
		s.set(rendered(showPage(v)), http.Header{
			"Content-Type":            {"text/html; charset=utf-8"},
			"Content-Language":        {at.tag},
			"Content-Security-Policy": {a.policy},
		})
	})
	return s
}

// sheet is the sheet at an address. More than a snapshot keeps is made for one reader.
func (s *snapshot) sheet(at address) *sheet {
	if kept, found := s.sheets.Load(at); found {
		return kept.(*sheet)
	}
	if _, known := s.all[at.number]; !(known && at.kind == desk.IncidentSubject) && at.number > 0 && s.older.Add(1) > maxOlder {
		return &sheet{}
	}
	kept, _ := s.sheets.LoadOrStore(at, &sheet{})
	return kept.(*sheet)
}

func (s *sheet) set(page []byte, headers http.Header) {
	var zipped bytes.Buffer
	z, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression) // the level is one that there is
	_, _ = z.Write(page)                                       // a buffer takes all
	_ = z.Close()
	sum := sha256.Sum256(page)
	id := base64.RawURLEncoding.EncodeToString(sum[:12])
	s.plain = newForm(page, id, headers)
	s.zipped = newForm(zipped.Bytes(), id+"-gzip", headers)
	s.zipped.headers.Set("Content-Encoding", "gzip")
}

func newForm(body []byte, id string, headers http.Header) form {
	f := form{body: body, tag: []string{`"` + id + `"`}, headers: headers.Clone()}
	f.headers.Set("Content-Length", strconv.Itoa(len(body)))
	return f
}
