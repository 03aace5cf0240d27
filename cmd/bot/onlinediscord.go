package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord"
	"github.com/umassonline/belltower/internal/chat/discord/native"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// checkDiscord asks Discord whether each application can do what the configuration wants,
// all at the same time. Channels that subscribe are given by connection.
func checkDiscord(b bound, cfg *config.Config, subscribed map[desk.ConnectionName][]string) (all []foundOn) {
	found := make([][]chat.Finding, len(cfg.Discord))
	apps := map[string]desk.ConnectionName{}
	var wg sync.WaitGroup
	for k, d := range cfg.Discord {
		if other, twice := apps[d.ApplicationID]; twice {
			found[k] = append(found[k], chat.Finding{Wrong: true, Key: "discord.application_id", Text: fmt.Sprintf("it is the same application as that of %s: make one for each connection", other)})
		}
		apps[d.ApplicationID] = d.Name
		wg.Go(func() {
			ask := askedOfDiscord(cfg, d.Name)
			ask.Subscribed = subscribed[d.Name]
			found[k] = append(found[k], checkApplication(b, d, ask)...)
		})
	}
	wg.Wait()
	for k, of := range found {
		for _, f := range of {
			all = append(all, foundOn{cfg.Discord[k].Name, f})
		}
	}
	return all
}

func checkApplication(b bound, d config.Discord, ask discord.Asked) []chat.Finding {
	c, err := discord.New(d, discord.Options{Now: b.p.now, Log: slog.New(slog.DiscardHandler), Memory: forgetful{}})
	if err != nil {
		return []chat.Finding{{Wrong: true, Key: "discord.api_url", Text: err.Error()}}
	}
	found := c.Check(b.ctx, ask)
	for _, f := range found {
		switch f.Key {
		case "discord.api_url", "discord.bot_token":
			return found // it could not be asked
		case "discord.application_id":
			if f.Wrong { // its commands are not ours
				return found
			}
		}
	}
	return append(found, checkCommands(b.ctx, c, d)...)
}

// checkCommands compares the commands that Discord knows with those that it is to know.
func checkCommands(ctx context.Context, c *discord.Connection, d config.Discord) []chat.Finding {
	const key = "discord.application_id"
	var known json.RawMessage
	if err := c.Call(ctx, "GET /applications/"+d.ApplicationID+"/commands", nil, &known); err != nil {
		return []chat.Finding{{Key: key, Text: "Discord does not say which commands it knows: " + reasonOfDiscord(err)}}
	}
	names, err := native.Differing(known)
	switch {
	case err != nil:
		return []chat.Finding{{Key: key, Text: "Discord does not say which commands it knows: " + err.Error()}}
	case len(names) == 0:
		return nil
	case len(names) == len(native.Commands()) && string(known) == "[]":
		return []chat.Finding{{Key: key, Text: "Discord knows no commands yet: the bot tells it when it starts"}}
	}
	return []chat.Finding{{Key: key, Text: fmt.Sprintf("Discord knows other commands than this version has (/%s): the bot tells it when it starts; if they differ again after that, another program uses this application", strings.Join(names, ", /"))}}
}

// reasonOfDiscord is what went wrong with a call.
func reasonOfDiscord(err error) string {
	var e *chat.SendError
	if errors.As(err, &e) {
		return cmp.Or(e.Reason, err.Error())
	}
	return err.Error()
}

// askedOfDiscord are the people and roles that the configuration names on a connection.
func askedOfDiscord(cfg *config.Config, conn desk.ConnectionName) discord.Asked {
	ids := func(list []desk.Person) (ids []string) {
		for _, p := range list {
			if p.Connection == conn {
				ids = append(ids, p.ID)
			}
		}
		return ids
	}
	return discord.Asked{Admins: ids(cfg.Access.Admins), Responders: ids(cfg.Access.Responders)}
}

// forgetful is a chat.Memory of a check, which asks everything anew.
type forgetful struct{}

func (forgetful) Recall(context.Context, string, func(string, []byte) error) error { return nil }

func (forgetful) Keep(context.Context, string, string, []byte) error { return nil }
