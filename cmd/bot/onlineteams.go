package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// checkTeams asks Microsoft whether each bot can do what the configuration wants, all at the
// same time. Outgoing webhooks and workflows cannot be asked. Channels that subscribe are
// given by connection.
func checkTeams(b bound, cfg *config.Config, subscribed map[desk.ConnectionName][]string) (all []foundOn) {
	met, err := recallMet(b, cfg.Teams)
	found := make([][]chat.Finding, len(cfg.Teams))
	var wg sync.WaitGroup
	for k, t := range cfg.Teams {
		if t.AppID == "" {
			continue
		}
		if err != nil {
			found[k] = []chat.Finding{{Key: "access", Text: "what Teams told the bot so far cannot be read: " + err.Error()}}
		}
		wg.Go(func() {
			c, err := teams.New(t, teams.Options{Now: b.p.now, Log: slog.New(slog.DiscardHandler), Groups: groupsNamed(cfg.Access, t.Name, "team"), Memory: met[t.Name]})
			if err != nil {
				found[k] = append(found[k], chat.Finding{Wrong: true, Key: "teams.service_urls", Text: err.Error()})
				return
			}
			found[k] = append(found[k], c.Check(b.ctx, askedOfTeams(cfg.Access, t.Name, subscribed[t.Name]))...)
		})
	}
	wg.Wait()
	for k, of := range found {
		for _, f := range of {
			all = append(all, foundOn{cfg.Teams[k].Name, f})
		}
	}
	return all
}

// askedOfTeams are the people that the configuration names on a connection, and its
// channels that subscribe.
func askedOfTeams(a config.Access, conn desk.ConnectionName, subscribed []string) teams.Asked {
	persons := func(list []desk.Person) (ids []string) {
		for _, p := range list {
			if p.Connection == conn && !strings.HasPrefix(p.ID, "team:") {
				ids = append(ids, p.ID)
			}
		}
		return ids
	}
	return teams.Asked{Admins: persons(a.Admins), Responders: persons(a.Responders), Subscribed: subscribed}
}

// metPath is where the local socket tells what adapters for Teams remember: a bot that
// serves holds the record.
const metPath = "/met"

// metRecord is a line of that.
type metRecord struct {
	Connection desk.ConnectionName
	Table, ID  string
	Record     json.RawMessage
}

// writeMet writes what was remembered of tenants, one record a line.
func writeMet(of []config.Teams) reading {
	return func(ctx context.Context, db storage.DB, w io.Writer) error {
		lines := json.NewEncoder(w)
		for _, t := range of {
			for _, table := range teams.Tables() {
				err := memory{db, t.Name}.Recall(ctx, table, func(id string, record []byte) error {
					return lines.Encode(metRecord{t.Name, table, id, record})
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// recallMet is what is remembered of tenants; nothing where there is no record yet.
func recallMet(b bound, of []config.Teams) (map[desk.ConnectionName]met, error) {
	all := map[desk.ConnectionName]met{}
	for _, t := range of {
		all[t.Name] = met{}
	}
	if len(of) == 0 {
		return all, nil
	}
	var lines bytes.Buffer
	err := b.fromRecord(metPath, &lines, writeMet(of))
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	for read := json.NewDecoder(&lines); ; {
		var r metRecord
		if wrong := read.Decode(&r); errors.Is(wrong, io.EOF) {
			return all, err
		} else if wrong != nil {
			return all, errors.Join(err, fmt.Errorf("read what the bot remembers: %w", wrong))
		}
		all[r.Connection] = append(all[r.Connection], r)
	}
}

// met is a memory that learns nothing.
type met []metRecord

// Keep keeps nothing: what a check learns is the bot's to learn.
func (met) Keep(context.Context, string, string, []byte) error { return nil }

// Recall hands each record of a table to fn.
func (m met) Recall(_ context.Context, table string, fn func(id string, record []byte) error) error {
	for _, r := range slices.Clone(m) {
		if r.Table != table {
			continue
		}
		if err := fn(r.ID, r.Record); err != nil {
			return err
		}
	}
	return nil
}
