package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"

	"github.com/go-resty/resty/v2"

	"github.com/umassonline/belltower/internal/config"
)

// step sends the request of one step and judges its answer.
func (t *transaction) step(ctx context.Context, s *config.Step) Result {
	began := t.n.now()
	watch := stopwatch{now: t.n.now}
	r, a := t.request(httptrace.WithClientTrace(ctx, watch.trace()), s)
	r.Took = t.n.now().Sub(began)
	r.Phases = watch.phases(a.transfer)
	return r
}

func (t *transaction) request(ctx context.Context, s *config.Step) (Result, answer) {
	to, err := t.address(s)
	if err != nil {
		return failed("there is no address to go on to"), answer{}
	}
	web := t.following
	if expectsRedirect(s.ExpectStatus) {
		web = t.staying
	}
	req := web.R().SetContext(ctx)
	t.write(req, s, to)
	a, err := t.n.send(req, s.Method, to.String())
	if err != nil {
		return fault(err), a
	}
	t.at = a.at.String()
	if wrong := t.judge(a, s); wrong != "" {
		return failed(wrong), a
	}
	if missing := t.extract(a, s); missing != "" {
		return failed(fmt.Sprintf("the answer has nothing to extract as %q", missing)), a
	}
	return passed(), a
}

// address is where a step goes, from the page before on.
func (t *transaction) address(s *config.Step) (*url.URL, error) {
	text := s.URL
	if text == "" {
		text = t.p.URL
	}
	base, err := url.Parse(t.at)
	if err != nil {
		return nil, err
	}
	return base.Parse(t.inAddress(text))
}

// inAddress puts variables into an address: one at its begin as it is, for it may be a whole
// address, others such that they stay what they are.
func (t *transaction) inAddress(text string) string {
	return t.replace(text, func(at int, value string) string {
		switch {
		case at == 0:
			return value
		case strings.Contains(text[:at], "?"):
			return url.QueryEscape(value)
		}
		return url.PathEscape(value)
	})
}

// write puts headers and the body into a request.
func (t *transaction) write(req *resty.Request, s *config.Step, to *url.URL) {
	own, err := url.Parse(t.p.URL)
	if name, value, found := strings.Cut(t.p.BypassHeader.Reveal(), ":"); found && err == nil && own.Host == to.Host {
		req.SetHeader(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	for name, value := range s.Headers {
		req.SetHeader(name, t.fill(value.Reveal()))
	}
	switch {
	case len(s.Form) > 0:
		form := make(map[string]string, len(s.Form))
		for name, value := range s.Form {
			form[name] = t.fill(value.Reveal())
		}
		if s.Method == resty.MethodGet || s.Method == resty.MethodHead { // as a browser sends such a form
			req.SetQueryParams(form)
			return
		}
		req.SetFormData(form)
	case s.JSON.IsSet():
		if req.Header.Get("Content-Type") == "" {
			req.SetHeader("Content-Type", "application/json")
		}
		req.SetBody(t.replace(s.JSON.Reveal(), func(_ int, value string) string {
			quoted, _ := json.Marshal(value) // a text always has a form in JSON
			return string(quoted[1 : len(quoted)-1])
		}))
	}
}

// judge says what is wrong with an answer, in the words of the configuration; "": nothing.
// What the answer holds instead is not told: it may be anything.
func (t *transaction) judge(a answer, s *config.Step) string {
	if wrong := unexpected(a, s.ExpectStatus, ""); wrong != "" {
		return wrong
	}
	if !bytes.Contains(a.body, []byte(t.fill(s.ExpectBody))) {
		return fmt.Sprintf("the answer has no %q", s.ExpectBody)
	}
	for _, path := range slices.Sorted(maps.Keys(s.ExpectJSON)) {
		switch value, found := byJSON(a.body, path); {
		case !found:
			return fmt.Sprintf("the answer has no JSON value at %s", path)
		case value != t.fill(s.ExpectJSON[path]):
			return fmt.Sprintf("the JSON value at %s is not %q", path, s.ExpectJSON[path])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.ExpectHeader)) {
		if !strings.Contains(strings.ToLower(a.header.Get(name)), strings.ToLower(t.fill(s.ExpectHeader[name]))) {
			return fmt.Sprintf("the header %s has no %q", name, s.ExpectHeader[name])
		}
	}
	return ""
}

// extract sets the variables that a step extracts, and names the first that is not there.
func (t *transaction) extract(a answer, s *config.Step) (missing string) {
	for _, name := range slices.Sorted(maps.Keys(s.Extract)) {
		value, found := extract(a, s.Extract[name])
		if !found {
			return name
		}
		t.variables[name] = value
		t.secrets = append(t.secrets, value) // tokens of a session are secrets
	}
	return ""
}

// fill puts variables into a text as they are.
func (t *transaction) fill(text string) string {
	return t.replace(text, func(_ int, value string) string { return value })
}

// replace puts variables, as written by a function of where they stand, into a text.
func (t *transaction) replace(text string, as func(at int, value string) string) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	var b strings.Builder
	last := 0
	for _, m := range config.VariablePattern.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(text[last:m[0]])
		b.WriteString(as(m[0], t.variables[text[m[2]:m[3]]]))
		last = m[1]
	}
	b.WriteString(text[last:])
	return b.String()
}

// knows reports whether all variables that a step sends are set.
func (t *transaction) knows(s *config.Step) bool {
	texts := []string{s.URL, s.JSON.Reveal()}
	for _, secrets := range []map[string]config.Secret{s.Headers, s.Form} {
		for _, v := range secrets {
			texts = append(texts, v.Reveal())
		}
	}
	for _, text := range texts {
		for _, m := range config.VariablePattern.FindAllStringSubmatch(text, -1) {
			if _, set := t.variables[m[1]]; !set {
				return false
			}
		}
	}
	return true
}
