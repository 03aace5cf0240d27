package main

import (
	_ "embed"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"text/template"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/statuspage"
)

//go:embed sorry.nginx
var sorryNginx string

//go:embed sorry.haproxy
var sorryHAProxy string

type sorryCommand struct {
	Service   desk.ServiceID
	Nginx     bool
	HAProxy   bool
	HTML      bool
	Errorfile bool
	Bot       string
}

// Run prints what to paste. It needs no secrets, and prints none.
func (c sorryCommand) Run(b bound) error {
	cfg, err := config.PageOutline(b.config, b.p.env)
	if err != nil {
		return err
	}
	k := slices.IndexFunc(cfg.Services, func(s config.Service) bool { return s.ID == c.Service })
	switch {
	case k < 0:
		return fmt.Errorf("%s has no service %s; it has %s", b.config, c.Service, serviceIDs(cfg))
	case !cfg.Services[k].SorryPage:
		return fmt.Errorf("%s has no sorry page: write sorry_page = true in its [[services]] of %s first", c.Service, b.config)
	case c.HTML, c.Errorfile:
		return c.writeCopy(b, cfg)
	}
	text := sorryNginx
	if c.HAProxy {
		text = sorryHAProxy
	}
	t := template.Must(template.New("sorry").Parse(text))
	return t.Execute(b.p.stdout, c.paste(cfg, cfg.Services[k]))
}

func serviceIDs(cfg *config.Config) string {
	var ids []string
	for _, s := range cfg.Services {
		ids = append(ids, string(s.ID))
	}
	if len(ids) == 0 {
		return "none"
	}
	return strings.Join(ids, ", ")
}

// paste is what stands in the texts to paste.
type paste struct {
	Service  desk.ServiceID
	Word     string // the service in names
	Name     string
	Bot      string // host:port
	Host     string // of the status page
	Header   string // that lets probes pass by
	Variable string // the same as nginx calls it
	Value    string // in place of the secret
}

func (c sorryCommand) paste(cfg *config.Config, s config.Service) paste {
	p := paste{
		Service: s.ID, Word: strings.ReplaceAll(string(s.ID), "-", "_"), Name: s.Name, Bot: c.Bot, Header: "X-Belltower-Probe",
		Value: "THE VALUE OF bypass_header",
	}
	if p.Bot == "" {
		p.Bot = strings.Replace(reachable(cfg.HTTP.Listen), "localhost:", "127.0.0.1:", 1)
	}
	if u, err := url.Parse(cfg.Organization.PublicURL); err == nil {
		p.Host = u.Host
	}
	for _, probe := range cfg.Probes {
		if name, _, found := strings.Cut(probe.BypassHeader.Reveal(), ":"); found && probe.Service == s.ID {
			p.Header = name
		}
	}
	p.Variable = strings.ReplaceAll(strings.ToLower(p.Header), "-", "_")
	return p
}

// writeCopy prints a page that knows nothing of the day.
func (c sorryCommand) writeCopy(b bound, cfg *config.Config) error {
	settings := statuspage.Settings{Words: wordsOf(cfg), Languages: cfg.Organization.Languages, HelpDesks: helpDesks(cfg)}
	page, policy, _ := statuspage.New(nil, settings, b.p.now, slog.New(slog.DiscardHandler)).SorryCopy(c.Service)
	if c.Errorfile {
		head := "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nRetry-After: 120\r\n" +
			statuspage.SorryHeader + ": " + string(c.Service) + "\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n" +
			"Content-Security-Policy: " + policy + "\r\nContent-Length: " + fmt.Sprint(len(page)) + "\r\n\r\n"
		if _, err := io.WriteString(b.p.stdout, head); err != nil {
			return err
		}
	}
	_, err := b.p.stdout.Write(page)
	return err
}

// helpDesks are whom the people of each campus may ask.
func helpDesks(cfg *config.Config) (out []statuspage.HelpDesk) {
	for _, c := range cfg.Campuses {
		if c.HelpDesk != "" {
			out = append(out, statuspage.HelpDesk{Campus: c.Name, At: c.HelpDesk})
		}
	}
	return out
}
