package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// Asked are the people whom a check of a connection looks at, by user id, and the
// channels that are contacts or subscribe, by channel id.
type Asked struct{ Admins, Responders, Contacts, ContactChannels, Subscribed []string }

// maxSkew is how far clocks may be apart before it is worth a word: Slack's
// requests are refused from maxAge on.
const maxSkew = time.Minute

const contactsKey = "contacts.who"

// checkPace spaces calls of a check: users.info allows about 100 a minute,
// conversations.info about 50.
const checkPace = 1200 * time.Millisecond

// Check asks Slack whether the connection can do what it is configured to, and
// returns the app's id ("" where Slack does not say it) with what it found.
func (w *Workspace) Check(ctx context.Context, ask Asked) (app string, found []chat.Finding) {
	c := &check{Workspace: w, ctx: ctx}
	c.appToken()
	if !c.token() {
		return "", c.found
	}
	c.channel("slack.ops_channel", w.conf.OpsChannel)
	for _, id := range ask.ContactChannels {
		c.channel(contactsKey, id)
	}
	for _, list := range []struct {
		key string
		ids []string
	}{{"access.admins", ask.Admins}, {"access.responders", ask.Responders}, {contactsKey, ask.Contacts}} {
		for _, id := range list.ids {
			c.person(list.key, id)
		}
	}
	for _, id := range w.opt.Groups {
		c.group(id)
	}
	c.subscribed(ask.Subscribed)
	return c.known.Load().App, c.found
}

type check struct {
	*Workspace
	ctx   context.Context
	found []chat.Finding
	calls int
}

func (c *check) say(wrong bool, key, format string, args ...any) {
	c.found = append(c.found, chat.Finding{Wrong: wrong, Key: key, Text: fmt.Sprintf(format, args...)})
}

// ask calls a method at the pace of a check; what is limited is asked once more
// after the time that Slack says.
func (c *check) ask(method string, args url.Values, into answered) (http.Header, error) {
	if c.calls++; c.calls > 20 { // short bursts are allowed
		wait(c.ctx, nil, checkPace)
	}
	h, err := c.callForm(c.ctx, method, args, into)
	var e *chat.SendError
	if errors.As(err, &e) && e.Limited {
		wait(c.ctx, nil, max(e.After, time.Second))
		h, err = c.callForm(c.ctx, method, args, into)
	}
	return h, err
}

// token checks bot_token, its scopes and the clock; false: nothing else can be asked.
func (c *check) token() bool {
	id, h, err := c.whoAmI(c.ctx)
	var e *chat.SendError
	switch {
	case errors.As(err, &e) && e.Outcome == chat.Locked:
		c.say(true, "slack.bot_token", "Slack does not take it (%s): copy it anew from OAuth & Permissions", reasonOf(err))
		return false
	case err != nil:
		c.say(true, "slack.api_url", "Slack cannot be asked (%s): the machine must reach it on port 443", reasonOf(err))
		return false
	}
	id.App, _ = c.appOf(c.ctx, id.Bot)
	c.known.Store(&id)
	for _, s := range Scopes() {
		if !slices.Contains(id.Scopes, s.Name) {
			c.say(s.Without == "", "slack.bot_token", "the scope %s is missing: %s; add it under OAuth & Permissions and install the app again",
				s.Name, cmp.Or(s.Without, "there are no "+s.For))
		}
	}
	if theirs, err := http.ParseTime(h.Get("Date")); err == nil {
		if skew := c.opt.Now().Sub(theirs).Abs(); skew > maxSkew {
			c.say(skew >= maxAge, "the clock", "this machine's is %s from Slack's, and requests more than 5m apart are refused: switch on time synchronisation", skew.Round(time.Second))
		}
	}
	return true
}

// appToken checks that app_token opens a socket.
func (c *check) appToken() {
	if !c.conf.AppToken.IsSet() {
		return
	}
	header := http.Header{"Authorization": {"Bearer " + c.conf.AppToken.Reveal()}, "Content-Type": {"application/x-www-form-urlencoded"}}
	if _, err := c.call(c.ctx, outgoing{c.method("apps.connections.open"), header, nil}, &answer{}); err != nil {
		c.say(true, "slack.app_token", "Slack opens no socket with it (%s): make one with connections:write under Basic Information", reasonOf(err))
	}
}

// channel checks that a channel can be posted to.
func (c *check) channel(key, id string) {
	if why := c.unheard(id); why != "" {
		c.say(true, key, "%s", why)
	}
}

// subscribed looks for channels that subscribe and hear nothing. Slack lists those
// that the bot is in by the page; only the others are asked for one by one.
func (c *check) subscribed(ids []string) {
	const key = "subscriptions"
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return isDirect(id) || id == c.conf.OpsChannel })
	if len(ids) == 0 {
		return
	}
	in, err := c.isIn()
	if err != nil {
		c.say(false, key, "Slack does not list the channels that the bot is in (%s), so those that subscribe were not looked at", reasonOf(err))
		return
	}
	for _, id := range ids {
		if in[id] {
			continue
		}
		if why := c.unheard(id); why != "" {
			c.say(false, key, "%s (it subscribes, and hears nothing)", why)
		}
	}
}

// isIn lists the channels that the bot is in and that are not archived.
func (c *check) isIn() (map[string]bool, error) {
	in := map[string]bool{}
	args := url.Values{"types": {"public_channel,private_channel"}, "exclude_archived": {"true"}, "limit": {"200"}}
	for {
		var a struct {
			answer
			Channels []struct {
				ID string `json:"id"`
			} `json:"channels"`
			Next struct {
				Cursor string `json:"next_cursor"`
			} `json:"response_metadata"`
		}
		if _, err := c.ask("users.conversations", args, &a); err != nil {
			return nil, err
		}
		for _, ch := range a.Channels {
			in[ch.ID] = true
		}
		if a.Next.Cursor == "" {
			return in, nil
		}
		args.Set("cursor", a.Next.Cursor)
	}
}

// unheard says why a channel cannot be posted to, and what to do; "": it can.
func (c *check) unheard(id string) string {
	var a struct {
		answer
		Channel struct {
			Archived bool `json:"is_archived"`
			Member   bool `json:"is_member"`
		} `json:"channel"`
	}
	_, err := c.ask("conversations.info", url.Values{"channel": {id}}, &a)
	switch {
	case err != nil:
		return fmt.Sprintf("the channel %s cannot be read (%s): check its id, and invite the bot if it is private", id, reasonOf(err))
	case a.Channel.Archived:
		return fmt.Sprintf("the channel %s is archived: unarchive it or choose another", id)
	case !a.Channel.Member:
		return fmt.Sprintf("the bot is not in the channel %s: invite it there", id)
	}
	return ""
}

func (c *check) person(key, id string) {
	var a struct {
		answer
		User struct {
			Deleted bool `json:"deleted"`
		} `json:"user"`
	}
	_, err := c.ask("users.info", url.Values{"user": {id}}, &a)
	switch {
	case err != nil && strings.HasPrefix(reasonOf(err), "user_not_found"):
		c.say(true, key, "Slack knows no %s/%s: copy the member ID from the profile", c.name, id)
	case err != nil:
		c.say(false, key, "Slack does not say who %s/%s is (%s)", c.name, id, reasonOf(err))
	case a.User.Deleted:
		c.say(true, key, "the account %s/%s is deactivated: remove it", c.name, id)
	}
}

func (c *check) group(id string) {
	members, err := c.askGroup(c.ctx, id)
	switch {
	case err != nil:
		c.say(true, "access", "Slack does not tell who is in %s/group:%s (%s), so it gives no rights", c.name, id, reasonOf(err))
	case len(members) == 0:
		c.say(false, "access", "the user group %s/group:%s is empty or does not exist: put people into it", c.name, id)
	}
}

// reasonOf is Slack's word for a failure.
func reasonOf(err error) string {
	var e *chat.SendError
	if errors.As(err, &e) {
		return e.Reason
	}
	return err.Error()
}
