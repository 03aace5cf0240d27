package intake

import (
	"strings"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Hears reports whether a call of one of the sources may still say more of what a report
// says: whether its check may map to its service. By which name or label it did is not
// known any more, so that all are taken that could be it.
func Hears(sources []config.Source, r desk.Report) bool {
	for _, s := range sources {
		if s.Name == r.Witness.Name {
			return mayMap(s.Checks, r)
		}
	}
	return false
}

// sameName is by how many characters of it a name is known again in what a check is called,
// which may have more behind it, and is cut.
const sameName = 50

func mayMap(checks map[string]desk.ServiceID, r desk.Report) bool {
	for key, id := range checks {
		if id != r.Service {
			continue
		}
		name := strings.TrimSuffix(line(key, sameName), "…")
		if strings.Contains(key, "=") || key == r.Witness.Check || strings.HasSuffix(r.Witness.Check, "/"+key) || strings.HasPrefix(r.Called, name) {
			return true
		}
	}
	return false
}
