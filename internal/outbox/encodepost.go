package outbox

import (
	"encoding/json"
	"strconv"

	"github.com/umassonline/belltower/internal/chat"
)

// encode returns the record as encoding/json does, to the byte. A fan-out writes one for each
// channel, most of them with few fields and plain ids, which are written by hand.
func (p Post) encode() ([]byte, error) {
	if !plain(p.Root) || p.Before != "" || p.Cried != (cry{}) {
		return json.Marshal(p)
	}
	b := append(append(make([]byte, 0, 160+len(p.Root)), `{"Root":"`...), p.Root...)
	b = strconv.AppendInt(append(b, `","Told":`...), int64(p.Told), 10)
	b = strconv.AppendInt(append(b, `,"Shown":`...), int64(p.Shown), 10)
	b, err := p.At.AppendText(append(b, `,"At":"`...))
	if err != nil {
		return nil, err
	}
	b = append(b, '"')
	for _, f := range []struct {
		is   bool
		name string
	}{{p.Unsure, `,"Unsure":true`}, {p.Queued, `,"Queued":true`}, {p.Ops, `,"Ops":true`}} {
		if f.is {
			b = append(b, f.name...)
		}
	}
	if p.Manner != "" {
		b = append(append(append(b, `,"Manner":"`...), p.Manner...), '"')
	}
	return append(b, '}'), nil
}

// plain reports whether JSON needs no escape for an id.
func plain(id chat.PostID) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case c < ' ', c > '~', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}
