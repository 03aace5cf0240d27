package outbox

import (
	"maps"

	"github.com/umassonline/belltower/internal/desk"
)

// news names the subjects that something was committed about; all: any may be one
// of them. Reading just these keeps a look as cheap with a thousand subjects open
// as with one.
type news struct {
	all bool
	of  map[desk.Subject]bool
}

// add adds subjects; none stands for all.
func (n *news) add(about ...desk.Subject) {
	n.all = n.all || len(about) == 0
	if n.of == nil {
		n.of = map[desk.Subject]bool{}
	}
	for _, s := range about {
		n.of[s] = true
	}
}

// join adds what o names.
func (n *news) join(o news) {
	n.all = n.all || o.all
	if n.of == nil {
		n.of = map[desk.Subject]bool{}
	}
	maps.Copy(n.of, o.of)
}

func (n news) none() bool { return !n.all && len(n.of) == 0 }
