package webchat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/desk"
)

// maxAnswer bounds what is read of the bot's answers.
const maxAnswer = 1 << 20

// errNoBot: nobody listens where the bot was last.
var errNoBot = errors.New("the bot does not run at this moment")

// Do gives the bot a command line of a person in a channel, as if typed on the page,
// and returns the answer, which the page does not show. Errors say that the bot does
// not answer.
func (p *Platform) Do(ctx context.Context, person string, ch desk.Channel, line string) (web.Answer, error) {
	who, known := p.person(person)
	if !known {
		return web.Answer{}, fmt.Errorf("nobody here is %q", person)
	}
	return p.ask(ctx, p.request(who, ch, line))
}

// request makes the request of a line: "/incident declare learn down", with or without
// the slash.
func (p *Platform) request(who Person, ch desk.Channel, line string) chat.Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ids++
	command, text, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "/"), " ")
	return chat.Request{ID: fmt.Sprintf("r%06d", p.ids), Person: desk.Person{Connection: ch.Connection, ID: who.ID}, Name: who.Name,
		Channel: ch, Zone: p.set.Zone, Command: command, Text: strings.TrimSpace(text), Forms: true}
}

// ask sends a request to the bot.
func (p *Platform) ask(ctx context.Context, r chat.Request) (a web.Answer, err error) {
	return a, p.tell(ctx, r.Channel.Connection, "requests", web.Encode(r), &a)
}

// complete asks the bot how a line may go on.
func (p *Platform) complete(ctx context.Context, conn desk.ConnectionName, line string) (choices []chat.Choice, err error) {
	return choices, p.tell(ctx, conn, "completions", url.Values{"connection": {string(conn)}, "text": {line}}, &choices)
}

// tell makes a signed request of the bot.
func (p *Platform) tell(ctx context.Context, conn desk.ConnectionName, what string, form url.Values, into any) error {
	p.mu.Lock()
	at := p.panel.bot.URL
	p.mu.Unlock()
	if at == "" {
		return errNoBot
	}
	body := form.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/web/"+string(conn)+"/"+what, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	web.Sign(req.Header, p.set.Secret, p.set.Now(), []byte(body))
	res, err := p.client.Do(req)
	if err != nil {
		return errors.Join(errNoBot, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the bot answered %s", res.Status)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(into); err != nil {
		return errors.Join(errNoBot, err) // it was killed while it answered
	}
	return nil
}
