package native

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/config"
)

const (
	userAgent  = "DiscordBot (https://github.com/umassonline/belltower, 1)" // Discord refuses others (40333)
	callWithin = 15 * time.Second
	maxRead    = 64 << 10 // bytes of a refusal
	maxKnown   = 4 << 20  // bytes of the list of commands
	// putsADay is how often the commands are told within a day. Discord takes 200 new
	// commands a day; each telling has fewer than ten, most of them known.
	putsADay = 10
	day      = 24 * time.Hour
	// firstRetry and lastRetry bound the pause between tries.
	firstRetry = 5 * time.Second
	lastRetry  = 10 * time.Minute
)

// commandTable is the table of the Memory: one record, without an id.
const commandTable = "discord_commands"

// Tables lists the tables of the Memory.
func Tables() []string { return []string{commandTable} }

// registered is what was told.
type registered struct {
	// Hash is that of the commands that Discord took; empty: it is not known whether it
	// took the last ones.
	Hash string      `json:"hash"`
	At   []time.Time `json:"at"` // of the tries within a day
}

// Registrar tells Discord the commands. All its fields but Transport are needed.
type Registrar struct {
	Conf   config.Discord
	Now    func() time.Time
	Log    *slog.Logger
	Memory chat.Memory
	// Transport carries the call; nil: the default one.
	Transport http.RoundTripper
}

// Run tells Discord the commands if they are not those that it was told last, and tries
// until that is done, refused for good, or ctx ends. It always returns nil.
func (r *Registrar) Run(ctx context.Context) error {
	for retry := firstRetry; ; retry = min(2*retry, lastRetry) {
		err := r.Register(ctx)
		var e *chat.SendError
		switch {
		case err == nil || ctx.Err() != nil:
			return nil
		case errors.As(err, &e) && (e.Outcome == chat.Refused || e.Outcome == chat.Locked):
			r.Log.Error("Discord does not take the commands; people type the old ones", "connection", r.Conf.Name, "error", err)
			return nil
		}
		after := retry
		if e != nil {
			after = max(after, e.After)
		}
		r.Log.Warn("the commands could not be told to Discord; trying again", "connection", r.Conf.Name, "error", err, "in", after)
		wait := time.NewTimer(after)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return nil
		}
	}
}

// Register tells Discord the commands if they are not those that it was told last, or if
// it knows others all the same, as somebody else who uses the application told it: one try.
// Its errors of the platform are *chat.SendError.
func (r *Registrar) Register(ctx context.Context) error {
	body, err := json.Marshal(Commands())
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append([]byte(r.Conf.ApplicationID+"\n"), body...))
	hash := hex.EncodeToString(sum[:])
	var was registered
	if err := chat.RecallEach(ctx, r.Memory, commandTable, func(_ string, v registered) { was = v }); err != nil {
		r.Log.Warn("cannot recall which commands Discord was told", "connection", r.Conf.Name, "error", err)
	}
	if was.Hash == hash && !r.toldOthers(ctx) {
		return nil
	}
	now := r.Now()
	was.At = slices.DeleteFunc(was.At, func(at time.Time) bool { return now.Sub(at) >= day })
	if len(was.At) >= putsADay {
		return &chat.SendError{Outcome: chat.NotSent, Reason: "the commands changed too often today", After: was.At[0].Add(day).Sub(now)}
	}
	was.Hash, was.At = "", append(was.At, now) // before the call, so that one that crashes counts
	if err := chat.KeepAs(ctx, r.Memory, commandTable, "", was); err != nil {
		return err
	}
	if err := r.put(ctx, body); err != nil {
		return err
	}
	was.Hash = hash
	r.Log.Info("the commands were told to Discord", "connection", r.Conf.Name)
	return chat.KeepAs(context.WithoutCancel(ctx), r.Memory, commandTable, "", was)
}

// toldOthers reports whether Discord knows other commands; where it does not say, they are
// what it was told.
func (r *Registrar) toldOthers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	names, err := r.differing(ctx)
	if err != nil {
		r.Log.Info("Discord does not say which commands it knows", "connection", r.Conf.Name, "error", err)
	}
	if len(names) > 0 {
		r.Log.Warn("somebody else told Discord other commands: they are told anew", "connection", r.Conf.Name, "commands", names)
	}
	return len(names) > 0
}

// differing asks for the commands that Discord knows (Get Global Application Commands).
func (r *Registrar) differing(ctx context.Context) ([]string, error) {
	res, err := r.call(ctx, http.MethodGet, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }() // what matters was read
	if res.StatusCode != http.StatusOK {
		return nil, refused(res)
	}
	known, err := io.ReadAll(io.LimitReader(res.Body, maxKnown))
	if err != nil {
		return nil, chat.Unreached(err)
	}
	return Differing(known)
}

// put replaces all commands of the application (Bulk Overwrite Global Application
// Commands). To do it twice changes nothing.
func (r *Registrar) put(ctx context.Context, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	res, err := r.call(ctx, http.MethodPut, body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }() // what matters was read
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return refused(res)
}

// call makes one call about the commands of the application, with a body or none.
func (r *Registrar) call(ctx context.Context, method string, body []byte) (*http.Response, error) {
	address := strings.TrimSuffix(r.Conf.APIURL, "/") + "/applications/" + r.Conf.ApplicationID + "/commands"
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, &chat.SendError{Outcome: chat.Refused, Reason: "api_url is no address"}
	}
	req.Header.Set("Authorization", "Bot "+r.Conf.BotToken.Reveal())
	req.Header.Set("User-Agent", userAgent)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	client := &http.Client{Transport: r.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return nil, chat.Unreached(err)
	}
	return res, nil
}

// refused says how Discord did not take the commands.
func refused(res *http.Response) error {
	var e *chat.SendError
	err := chat.OfStatus(res)
	if !errors.As(err, &e) {
		return err
	}
	var said struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	_ = json.NewDecoder(io.LimitReader(res.Body, maxRead)).Decode(&said) // what is no JSON says nothing
	if said.Code > 0 {
		e.Reason += ": " + said.Message + " (" + strconv.Itoa(said.Code) + ")"
	}
	switch res.StatusCode {
	case http.StatusUnauthorized:
		e.Outcome, e.Reason = chat.Locked, "Discord refuses bot_token: make a new one (Developer Portal, Bot, Reset Token)"
	case http.StatusForbidden, http.StatusNotFound:
		e.Outcome, e.Reason = chat.Locked, e.Reason+": is application_id that of bot_token?"
	case http.StatusBadRequest:
		e.Outcome = chat.Refused
	}
	return e
}
