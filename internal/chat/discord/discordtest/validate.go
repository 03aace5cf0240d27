package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf16"
)

// flagEphemeral marks a message that one person sees, flagCrossposted one that was
// published; other flags a bot may set are to suppress previews and notifications
// (resources/message, "Message Flags").
const (
	flagCrossposted = 1 << 0
	flagEphemeral   = 1 << 6
	flagNoPreviews  = 1 << 2
	flagNoPings     = 1 << 12
	flagOfComponent = 1 << 15
)

// problem is one thing that is invalid: where, and Discord's name for it.
type problem struct{ path, code, message string }

// invalid50035 answers with what is invalid, nested by its path (reference, "Error
// Messages").
func invalid50035(list ...problem) reply {
	errs := map[string]any{}
	for _, p := range list {
		at := errs
		for key := range strings.SplitSeq(p.path, ".") {
			below, _ := at[key].(map[string]any)
			if below == nil {
				below = map[string]any{}
				at[key] = below
			}
			at = below
		}
		at["_errors"] = []object{{"code": p.code, "message": p.message}}
	}
	return reply{http.StatusBadRequest, object{"code": 50035, "message": "Invalid Form Body", "errors": errs}, ""}
}

// post is the body of a message to be made or changed.
type post struct {
	Content    *string         `json:"content"`
	Embeds     json.RawMessage `json:"embeds"`
	Components json.RawMessage `json:"components"`
	Mentions   *allowed        `json:"allowed_mentions"`
	Flags      int             `json:"flags"`
	Nonce      json.RawMessage `json:"nonce"`
	Enforce    bool            `json:"enforce_nonce"`
	TTS        bool            `json:"tts"`
	Reference  *struct {
		Message ID    `json:"message_id"`
		Must    *bool `json:"fail_if_not_exists"` // nil: it must exist
	} `json:"message_reference"`
}

// allowed are the mentions that may notify. A null parse counts as none named, which
// the real API takes; a client that means "nobody" should send [].
type allowed struct {
	Parse   []string `json:"parse"`
	Users   []ID     `json:"users"`
	Roles   []ID     `json:"roles"`
	Replied bool     `json:"replied_user"`
}

func (p post) nonce() string { return strings.Trim(string(p.Nonce), `"`) }

// readPost decodes and checks a body; whole: it makes a message, so it must say
// something.
func readPost(body []byte, whole bool) (post, *reply) {
	var in post
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields() // Discord would ignore them; a client that sends one is wrong all the same
	if err := d.Decode(&in); err != nil {
		r := failed(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
		return in, &r
	}
	if list := in.problems(); len(list) > 0 {
		r := invalid50035(list...)
		return in, &r
	}
	if whole && in.empty() {
		r := failed(http.StatusBadRequest, 50006, "Cannot send an empty message")
		return in, &r
	}
	return in, nil
}

func (p post) empty() bool {
	none := func(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "[]" || string(raw) == "null" }
	return (p.Content == nil || strings.TrimSpace(*p.Content) == "") && none(p.Embeds) && none(p.Components)
}

func (p post) problems() (out []problem) {
	if p.Content != nil && length(*p.Content) > 2000 {
		out = append(out, problem{"content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length."})
	}
	if len(p.nonce()) > 25 {
		out = append(out, problem{"nonce", "NONCE_TYPE_TOO_LONG", "Nonce must be 25 or fewer in length."})
	}
	if p.Flags&^(flagEphemeral|flagNoPreviews|flagNoPings) != 0 {
		out = append(out, problem{"flags", "UNKNOWN_FLAGS", "The fake takes no such flags."})
	}
	out = append(out, CheckEmbeds(p.Embeds)...)
	out = append(out, CheckComponents(p.Components)...)
	return append(out, p.Mentions.problems()...)
}

func (a *allowed) problems() (out []problem) {
	if a == nil {
		return nil
	}
	if len(a.Users) > 100 || len(a.Roles) > 100 {
		out = append(out, problem{"allowed_mentions", "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length."})
	}
	for _, of := range a.Parse {
		named := of == "users" && len(a.Users) > 0 || of == "roles" && len(a.Roles) > 0
		if named || of != "users" && of != "roles" && of != "everyone" {
			out = append(out, problem{"allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse:[\"" + of + "\"] is not possible here."})
		}
	}
	return out
}

// embed is what the fake knows of an embed.
type embed struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	Color       int    `json:"color"`
	Timestamp   string `json:"timestamp"`
	Fields      []struct {
		Name   string `json:"name"`
		Value  string `json:"value"`
		Inline bool   `json:"inline"`
	} `json:"fields"`
	Footer *struct {
		Text string `json:"text"`
	} `json:"footer"`
	Author *struct {
		Name string `json:"name"`
	} `json:"author"`
}

// CheckEmbeds lists what Discord would not take (resources/message, "Embed Limits").
func CheckEmbeds(raw json.RawMessage) (out []problem) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var all []embed
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		return []problem{{"embeds", "BASE_TYPE_INVALID", "This is no list of embeds."}}
	}
	if len(all) > 10 {
		out = append(out, problem{"embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length."})
	}
	sum := 0
	for i, e := range all {
		list, n := e.problems(fmt.Sprintf("embeds.%d", i))
		out, sum = append(out, list...), sum+n
	}
	if sum > 6000 {
		out = append(out, problem{"embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000"})
	}
	return out
}

func (e embed) problems(at string) (out []problem, sum int) {
	check := func(field, text string, least, most int) {
		n := length(strings.TrimSpace(text))
		sum += n
		if n < least {
			out = append(out, problem{at + "." + field, "BASE_TYPE_REQUIRED", "This field is required"})
		}
		if n > most {
			out = append(out, problem{at + "." + field, "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", most)})
		}
	}
	check("title", e.Title, 0, 256)
	check("description", e.Description, 0, 4096)
	if len(e.Fields) > 25 {
		out = append(out, problem{at + ".fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length."})
	}
	for k, f := range e.Fields {
		check(fmt.Sprintf("fields.%d.name", k), f.Name, 1, 256)
		check(fmt.Sprintf("fields.%d.value", k), f.Value, 1, 1024)
	}
	if e.Footer != nil {
		check("footer.text", e.Footer.Text, 1, 2048)
	}
	if e.Author != nil {
		check("author.name", e.Author.Name, 1, 256)
	}
	if e.Color < 0 || e.Color > 0xFFFFFF {
		out = append(out, problem{at + ".color", "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215."})
	}
	if sum == 0 {
		out = append(out, problem{at, "EMBED_EMPTY", "An embed says something."})
	}
	return out, sum
}

func embedTexts(raw json.RawMessage) (out []string) {
	var all []embed
	_ = json.Unmarshal(raw, &all) // they were checked when they came
	for _, e := range all {
		for _, t := range []string{e.Title, e.Description} {
			if t != "" {
				out = append(out, t)
			}
		}
		for _, f := range e.Fields {
			out = append(out, f.Name+": "+f.Value)
		}
		if e.Footer != nil {
			out = append(out, e.Footer.Text)
		}
	}
	return out
}

// length counts in UTF-16 units, the harder of what "characters" may mean here.
func length(s string) int { return len(utf16.Encode([]rune(s))) }

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http" || u.Scheme == "discord") && u.Host != ""
}
