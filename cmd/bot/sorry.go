package main

import (
	_ "embed"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

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

// listensAt is a flag with where a bot listens: what is printed of it is pasted as it is.
type listensAt struct{ to *string }

func (l listensAt) String() string { return *l.to }

func (listensAt) Type() string { return "HOST:PORT" }

func (l listensAt) Set(s string) error {
	host, port, err := net.SplitHostPort(s)
	_, wrong := strconv.ParseUint(port, 10, 16)
	if err != nil || wrong != nil || host == "" || strings.ContainsAny(host, " /;") {
		return fmt.Errorf("%q is not where a bot can listen: write it as in 192.0.2.1:8080", s)
	}
	*l.to = s
	return nil
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
	_, err = c.blanks(cfg, cfg.Services[k]).WriteString(b.p.stdout, text)
	return err
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

// blanks fills in the texts to paste, where {{service}} and the like stand. What it fills
// in is not looked at again, so that a name may hold such a word.
func (c sorryCommand) blanks(cfg *config.Config, s config.Service) *strings.Replacer {
	bot, host, header := c.Bot, "", "X-Belltower-Probe"
	if bot == "" {
		bot = strings.Replace(reachable(cfg.HTTP.Listen), "localhost:", "127.0.0.1:", 1)
	}
	if u, err := url.Parse(cfg.Organization.PublicURL); err == nil {
		host = u.Host
	}
	for _, probe := range cfg.Probes {
		if name, _, found := strings.Cut(probe.BypassHeader.Reveal(), ":"); found && probe.Service == s.ID {
			header = name
		}
	}
	return strings.NewReplacer(
		"{{service}}", string(s.ID),
		"{{word}}", strings.ReplaceAll(string(s.ID), "-", "_"), // the service in names
		"{{name}}", s.Name,
		"{{bot}}", bot, // host:port
		"{{host}}", host, // of the status page
		"{{header}}", header, // that lets probes pass by
		"{{variable}}", strings.ReplaceAll(strings.ToLower(header), "-", "_"), // the same as nginx calls it
		"{{value}}", "THE VALUE OF bypass_header", // in place of the secret
	)
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
