package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Local control is HTTP over a socket beside the database, mode 0600: who can
// open it is the account that runs the bot, and so an admin.

// localLimit is how long a local command may be, in bytes.
const localLimit = 64 << 10

// socketPath is the socket of a store: its path with .sock for the extension.
func socketPath(store string) string {
	return strings.TrimSuffix(store, filepath.Ext(store)) + ".sock"
}

// listenLocal opens the socket. The store's lock is held, so a socket that is
// there was left by a process that died.
func listenLocal(store string) (net.Listener, error) {
	path := socketPath(store)
	if err := removeSocket(path); err != nil {
		return nil, err
	}
	l, err := listenPrivately(path)
	if err != nil {
		return nil, fmt.Errorf("open the local socket (its path may have about 100 characters): %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// listenPrivately makes a socket that on Linux is this account's alone from its first moment:
// it gets the mode of its descriptor. Elsewhere that cannot be set, and it has the umask's.
func listenPrivately(path string) (net.Listener, error) {
	private := func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = unix.Fchmod(int(fd), 0o600) })
	}
	return (&net.ListenConfig{Control: private}).Listen(context.Background(), "unix", path)
}

// removeSocket removes a socket that was left at path. A file that is there is somebody's,
// or the store itself, and stays.
func removeSocket(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("the local socket belongs at %s, where there is something else: give the store another name by path in [storage], such as belltower.db", path)
	case err == nil:
		err = os.Remove(path)
	}
	if err != nil {
		return fmt.Errorf("remove the old socket: %w", err)
	}
	return nil
}

// localCommand is what bot do sends.
type localCommand struct {
	Line string `json:"line"`
	User string `json:"user"`
}

// localAnswer is what comes back.
type localAnswer struct {
	Text   string `json:"text"`
	Failed bool   `json:"failed"`
}

// localHandler carries out commands given on the host, and hands out the record.
func (b *bot) localHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+backupPath, b.stream(copyStore))
	mux.HandleFunc("GET "+exportPath, b.stream(b.export))
	mux.HandleFunc("GET "+subscribersPath, b.stream(writeSubscribers))
	mux.HandleFunc("GET "+metPath, b.stream(writeMet(b.cfg.Teams)))
	mux.HandleFunc("POST /do", func(w http.ResponseWriter, r *http.Request) {
		var c localCommand
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, localLimit)).Decode(&c); err != nil || c.User == "" {
			http.Error(w, "not a local command", http.StatusBadRequest)
			return
		}
		reply := b.do(r.Context(), localRequest(c, b.out.now().UTC()))
		w.Header().Set("Content-Type", "application/json")
		// The client is gone if this fails; the command was carried out.
		_ = json.NewEncoder(w).Encode(localAnswer{Text: reply.Message.PlainText(b.words.Zone), Failed: reply.Failed})
	})
	return mux
}

func localRequest(c localCommand, at time.Time) chat.Request {
	line := strings.TrimPrefix(strings.TrimSpace(c.Line), "/")
	command, text, _ := strings.Cut(line, " ")
	trace := chat.NewTrace()
	return chat.Request{
		ID: string(desk.Local) + "/" + trace, Trace: trace, At: at,
		Person: desk.Person{Connection: desk.Local, ID: c.User}, Name: c.User,
		Command: command, Text: strings.TrimSpace(text),
	}
}

type doCommand struct {
	Line []string
}

// Run gives the line to the bot that serves and prints its answer.
func (d doCommand) Run(b bound) error {
	store, err := config.StorePath(b.config, b.p.env)
	if err != nil {
		return err
	}
	answer, err := callLocal(b.ctx, socketPath(store), localCommand{Line: typed(d.Line), User: userName(b.p)})
	if err != nil {
		return err
	}
	out := b.p.stdout
	if answer.Failed {
		out = b.p.stderr
	}
	io.WriteString(out, answer.Text)
	if answer.Failed {
		return errSaid
	}
	return nil
}

// typed is the line of the words that a shell hands over. It took away the quotes of a
// reason, which the grammar wants: what is one word and has spaces stood in some.
func typed(words []string) string {
	words = slices.Clone(words)
	flag := ""
	for k, word := range words {
		begin, reason := "", word
		if name, value, found := strings.Cut(word, "="); found && wantsReason(name) {
			flag, begin, reason = name, name+"=", value
		}
		if wantsReason(flag) && strings.Contains(reason, " ") && !strings.HasPrefix(reason, `"`) {
			words[k] = begin + `"` + strings.NewReplacer(`"`, "'", "“", "'", "”", "'", "„", "'").Replace(reason) + `"`
		}
		flag = word
	}
	return strings.Join(words, " ")
}

func wantsReason(flag string) bool { return flag == "--force" || flag == "--urgent" }

func callLocal(ctx context.Context, socket string, c localCommand) (a localAnswer, err error) {
	body, err := json.Marshal(c)
	if err != nil {
		return a, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://bot/do", bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	client := localClient(socket)
	client.Timeout = 30 * time.Second
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		return a, unanswered(socket, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return a, fmt.Errorf("the bot answered %s", res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil {
		return a, unanswered(socket, err)
	}
	return a, nil
}

func localClient(socket string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
}

// nobodyThere reports whether an error says that no bot listens.
func nobodyThere(err error) bool {
	op := (*net.OpError)(nil)
	return errors.As(err, &op) && op.Op == "dial"
}

// unanswered tells nobody there, and a socket that is not for this account, from a
// command that was given, but whose answer did not come: because of Ctrl-C, or within
// the client's time.
func unanswered(socket string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%s may not open %s: give the command as the account that the bot runs as, such as: sudo -u belltower bot do ... (%w)", accountName(), socket, err)
	}
	if nobodyThere(err) {
		return fmt.Errorf("no bot answers at %s; start it with: bot serve (%w)", socket, err)
	}
	return fmt.Errorf("the bot's answer did not come, but it may have done it; look first: bot do 'incident list' (%w)", err)
}

// userName is who types, for the audit: who called sudo, else the account.
func userName(p process) string {
	if name, ok := p.env("SUDO_USER"); ok && name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}
