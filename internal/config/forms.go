package config

import (
	"encoding/base64"
	"encoding/hex"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// form says what is wrong with a text that must have a form; nil when nothing
// is. It may be given texts of secrets, and so never repeats the text.
type form func(text string) *problem

// forms are the forms that a struct tag can name.
func forms() map[string]form {
	return map[string]form{
		"line":            lineForm,
		"word":            wordForm,
		"id":              idForm,
		"alias":           aliasForm,
		"url":             urlForm,
		"base url":        baseURLForm,
		"call":            callForm,
		"email":           emailForm,
		"workflow":        workflowForm,
		"listen":          listenForm,
		"host:port":       hostPortForm,
		"host":            hostForm,
		"path":            lineForm,
		"store":           storeForm,
		"language":        languageForm,
		"driver":          driverForm,
		"header":          headerForm,
		"extract":         extractForm,
		"base64":          base64Form,
		"json path":       mappedForm,
		"ed25519":         ed25519Form,
		"snowflake":       snowflakeForm,
		"tenant":          tenantForm,
		"slack channel":   slackChannelForm,
		"slack bot token": slackBotTokenForm,
		"slack app token": slackAppTokenForm,
	}
}

// printable refuses what no text of the file may hold: control characters other
// than line breaks and tabs, and marks that change the direction of the text.
func printable(text string) *problem {
	for _, c := range text {
		if unicode.IsControl(c) && c != '\n' && c != '\t' || unicode.Is(unicode.Bidi_Control, c) || c == utf8.RuneError {
			return &problem{"has a character that cannot be shown", "write plain text"}
		}
	}
	return nil
}

func lineForm(text string) *problem {
	if strings.ContainsAny(text, "\n\t") || strings.TrimSpace(text) != text {
		return &problem{"is not one plain line", "write it without line breaks, tabs and spaces around it"}
	}
	return nil
}

func wordForm(text string) *problem {
	if !isWord(text) {
		return &problem{"is not one word", "write it without spaces"}
	}
	return nil
}

var idPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)

func idForm(text string) *problem {
	if idPattern.MatchString(text) {
		return nil
	}
	return &problem{"is no id", "use lowercase letters, digits and dashes, at most 40"}
}

func aliasForm(text string) *problem {
	if !isWord(text) || strings.ContainsAny(text, ",:;|/+#@\"'<>") || strings.HasPrefix(text, "-") || len(text) > 40 {
		return &problem{"is no alias", "use one word of letters, digits and dashes, at most 40"}
	}
	return nil
}

func urlForm(text string) *problem {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme == "" || strings.ContainsAny(text, " \n\t"):
		return &problem{"is no whole URL", "begin with https:// or http://"}
	case u.Scheme != "http" && u.Scheme != "https":
		return &problem{"is no web address", "begin with https:// or http://"}
	case u.Hostname() == "":
		return &problem{"is a URL without a host", "write it as in https://status.example.edu"}
	case u.Port() != "" && !isPort(u.Port()):
		return &problem{"is a URL with an impossible port", "ports go from 1 to 65535"}
	}
	return nil
}

// baseURLForm is a web address behind which paths are put, as readers and platforms see it.
func baseURLForm(text string) *problem {
	if p := urlForm(text); p != nil {
		return p
	}
	if u, _ := url.Parse(text); u.User != nil || strings.ContainsAny(text, "?#") {
		return &problem{"is more than a host and a path", "leave out the name and password before @, and what begins with ? or #"}
	}
	return nil
}

// callForm is a web address, or one to write to.
func callForm(text string) *problem {
	if address, found := strings.CutPrefix(text, mailto); found {
		if p := emailForm(address); p != nil {
			return &problem{"names nobody to write to", "write it as in mailto:noc@example.edu"}
		}
		return nil
	}
	return urlForm(text)
}

func emailForm(text string) *problem {
	if a, err := mail.ParseAddress(text); err != nil || a.Address != text {
		return &problem{"is no e-mail address", "write it as in belltower@example.edu"}
	}
	return nil
}

// workflowForm refuses the addresses of Office 365 connectors, which Microsoft
// has retired: https://learn.microsoft.com/microsoftteams/m365-custom-connectors
func workflowForm(text string) *problem {
	if p := urlForm(text); p != nil {
		return p
	}
	u, _ := url.Parse(text)
	host := strings.ToLower(u.Hostname())
	if host == "outlook.office.com" || host == "outlook.office365.com" || host == "webhook.office.com" || strings.HasSuffix(host, ".webhook.office.com") {
		return &problem{"is the address of an Office 365 connector, which Microsoft has retired",
			"in the channel choose Workflows, \"Post to a channel when a webhook request is received\", and give the address that it shows"}
	}
	return nil
}

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}

func listenForm(text string) *problem {
	host, port, err := net.SplitHostPort(text)
	if err != nil || strings.ContainsAny(host, " /") || port != "0" && !isPort(port) {
		return &problem{"is no address to listen on", "write it as in :8080 or 127.0.0.1:9090"}
	}
	return nil
}

func hostPortForm(text string) *problem {
	host, port, err := net.SplitHostPort(text)
	if err != nil || host == "" || strings.ContainsAny(host, " /") || !isPort(port) {
		return &problem{"is not host:port", "write it as in 192.0.2.1:443 or www.example.edu:443"}
	}
	return nil
}

func hostForm(text string) *problem {
	if !isHost(text) {
		return &problem{"is no host name", "write it without https:// and without a port, as in learn.example.edu"}
	}
	return nil
}

var languagePattern = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

func languageForm(text string) *problem {
	if !languagePattern.MatchString(text) {
		return &problem{"is no language", "write its code, as in en, es or pt-BR"}
	}
	return nil
}

func driverForm(text string) *problem {
	switch text {
	case "bolt":
		return nil
	case "etcd":
		return &problem{"is not built yet", "several bots with one state come later; use bolt, one file on one machine"}
	}
	return &problem{"is no kind of store", "use bolt"}
}

// storeForm refuses the name of the local socket, which is that of the record with .sock for
// its ending: the one would remove the other.
func storeForm(text string) *problem {
	if strings.HasSuffix(text, ".sock") {
		return &problem{"would be the name of the local socket, too", "let it end with .db"}
	}
	return lineForm(text)
}

func headerForm(text string) *problem {
	name, value, found := strings.Cut(text, ":")
	if !found || !isWord(name) || strings.TrimSpace(value) == "" || strings.ContainsAny(text, "\r\n") {
		return &problem{"is no header", "write it as in X-Probe: some long random text"}
	}
	return nil
}

func base64Form(text string) *problem {
	if _, err := base64.StdEncoding.DecodeString(text); err != nil {
		return &problem{"is not base64", "paste the security token as Teams shows it"}
	}
	return nil
}

func ed25519Form(text string) *problem {
	if key, err := hex.DecodeString(text); err != nil || len(key) != 32 {
		return &problem{"is no public key", "paste the 64 hex digits that the application's page shows"}
	}
	return nil
}

func snowflakeForm(text string) *problem {
	if _, err := strconv.ParseUint(text, 10, 64); err != nil {
		return &problem{"is no Discord id", "ids are digits; switch on developer mode and choose Copy ID"}
	}
	return nil
}

// tenantForm refuses a directory's domain and the words for many directories: Microsoft gives
// tokens for them, but what Teams sends names its tenant by the id.
func tenantForm(text string) *problem {
	if strings.Contains(text, ".") || slices.Contains([]string{"common", "organizations", "consumers"}, text) || !isWord(text) {
		return &problem{"is no id of a tenant", "copy the App Tenant ID from the Azure Bot's Configuration, as in 11111111-2222-3333-4444-555555555555"}
	}
	return nil
}

var slackIDPattern = regexp.MustCompile(`^[A-Z0-9]{2,30}$`)

func slackChannelForm(text string) *problem {
	if !slackIDPattern.MatchString(text) || !strings.ContainsAny(text[:1], "CGD") {
		return &problem{"is no channel id of Slack", "copy the id, such as C0123ABCD, from the end of the channel's details"}
	}
	return nil
}

func slackBotTokenForm(text string) *problem {
	if strings.HasPrefix(text, "xapp-") || strings.HasPrefix(text, "xoxp-") {
		return &problem{"is another kind of token", "copy the Bot User OAuth Token, which begins with xoxb-"}
	}
	return nil
}

func slackAppTokenForm(text string) *problem {
	if !strings.HasPrefix(text, "xapp-") {
		return &problem{"is another kind of token", "make an App-Level Token, which begins with xapp-"}
	}
	return nil
}
