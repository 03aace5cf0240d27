package outbox

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

func TestAPostIsEncodedAsEncodingJSONDoes(t *testing.T) {
	at := time.Date(2026, 11, 28, 4, 0, 0, 120_000_000, time.UTC)
	east := time.FixedZone("", -5*3600)
	for _, id := range []chat.PostID{"", "1700000000.000100", "19:abc@thread.tacv2;messageid=1", `a"b`, `a\b`, "a<b>&c", "é", "a\x00b", "a\u2028b", "\xff"} {
		for _, p := range []Post{
			{}, {At: at, Told: 3, Shown: 4}, {At: at.In(east), Unsure: true}, {At: at.Truncate(time.Second), Queued: true},
			{At: at, Ops: true, Manner: desk.Quiet}, {At: at, Before: id}, {At: at, Cried: cry{id, 2}},
			{Told: -1, Shown: 1 << 40, At: at, Unsure: true, Queued: true, Ops: true, Manner: desk.Loud, Before: "1", Cried: cry{"2", 3}},
		} {
			p.Root = id
			want, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := p.encode(); err != nil || string(got) != string(want) {
				t.Errorf("%s, %v, want %s", got, err, want)
			}
		}
	}
}

// What encoding/json refuses is refused: no record that nothing reads again is written.
func TestAPostOfNoTimeThatJSONHasIsNotEncoded(t *testing.T) {
	for _, at := range []time.Time{
		time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 28, 4, 0, 0, 0, time.FixedZone("", 25*3600)),
	} {
		p := Post{Root: "1", At: at}
		if _, err := json.Marshal(p); err == nil {
			t.Fatalf("encoding/json writes %v", at)
		}
		if b, err := p.encode(); err == nil {
			t.Errorf("%s", b)
		}
	}
}
