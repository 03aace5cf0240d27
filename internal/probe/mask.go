package probe

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// shortest is how long a secret must be in bytes to be masked: what is shorter would mask
// half of every sentence, and protects nothing.
const shortest = 3

// secretsOf are the secret texts of a probe, as they are sent.
func secretsOf(p *config.Probe) []string {
	_, bypass, _ := strings.Cut(p.BypassHeader.Reveal(), ":")
	all := []string{strings.TrimSpace(bypass)}
	for _, v := range p.Variables {
		all = append(all, v.Reveal())
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		for _, v := range s.Headers {
			all = append(all, v.Reveal())
		}
		for _, v := range s.Form {
			all = append(all, v.Reveal())
		}
		all = append(all, s.JSON.Reveal())
	}
	return all
}

// masked puts "[secret]" into the place of each secret of a sentence, as it is or as it is
// written in addresses and JSON, and cuts the sentence to what a report holds.
func masked(sentence string, secrets []string) string {
	if sentence == "" {
		return ""
	}
	var all []string
	for _, s := range secrets {
		if len(s) < shortest || config.VariablePattern.MatchString(s) {
			continue
		}
		quoted, _ := json.Marshal(s) // a text always has a form in JSON
		all = append(all, s, url.QueryEscape(s), url.PathEscape(s), strings.Trim(string(quoted), `"`))
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	for _, s := range all {
		sentence = strings.ReplaceAll(sentence, s, "[secret]")
	}
	if runes := []rune(sentence); len(runes) > desk.DetailMax {
		sentence = string(runes[:desk.DetailMax-1]) + "…"
	}
	return sentence
}
