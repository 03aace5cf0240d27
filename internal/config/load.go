package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// maxFile is how long a config file may be, in bytes: 1 MiB is some 5,000
// services, and keeps a wrong path from filling the memory.
const maxFile = 1 << 20

// maxValueFile is how long a file behind "file:" may be, in bytes.
const maxValueFile = 64 << 10

// Load reads and checks the config file at path. env answers for environment
// variables; os.LookupEnv is the real one. Any error is a Mistakes that holds
// everything that is wrong, but a mistake of TOML syntax, which hides the rest.
// To load again, as at SIGHUP, call Load again: files behind "file:" are read
// anew, and the Config before stays as it was.
func Load(path string, env func(string) (string, bool)) (*Config, error) {
	c, d, wrong := read(path, env)
	if wrong != nil {
		return nil, Mistakes{*wrong}
	}
	k := checker{d, c}
	k.all()
	if len(d.mistakes) > 0 {
		slices.SortStableFunc(d.mistakes, func(a, b Mistake) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		return nil, d.mistakes
	}
	c.fill(filepath.Dir(path))
	c.warnings = d.warnings(c)
	return c, nil
}

// StorePath is Config.Storage.Path of the config file at path, whatever else is
// wrong with it: a person's shell on the host may lack the secrets that the bot
// was started with. Any error is a Mistakes about the file itself or [storage].
func StorePath(path string, env func(string) (string, bool)) (string, error) {
	c, err := readSection(path, env, "storage")
	if err != nil {
		return "", err
	}
	return whole(filepath.Dir(path), c.Storage.Path), nil
}

// AdminAddress is Config.HTTP.AdminListen of the config file at path, whatever
// else is wrong with it. Any error is a Mistakes about the file itself or [http].
func AdminAddress(path string, env func(string) (string, bool)) (string, error) {
	c, err := readSection(path, env, "http")
	if err != nil {
		return "", err
	}
	return c.HTTP.AdminListen, nil
}

// Outline is a Config of which only [organization] and the names of Slack
// connections are sure, whatever else is wrong with the file: an app is made before
// anybody has its secrets. Any error is a Mistakes about these.
func Outline(path string, env func(string) (string, bool)) (*Config, error) {
	c, err := readSection(path, env, "organization", "slack.name")
	if err != nil {
		return nil, err
	}
	c.Organization.PublicURL = strings.TrimRight(c.Organization.PublicURL, "/")
	return c, nil
}

// PageOutline is a Config of which only what sorry pages say is sure, whatever else is
// wrong with the file: organization, campuses, services and where the bot listens. Any
// error is a Mistakes about these.
func PageOutline(path string, env func(string) (string, bool)) (*Config, error) {
	c, err := readSection(path, env, "organization", "campuses", "services", "http")
	if err != nil {
		return nil, err
	}
	c.fill(filepath.Dir(path))
	return c, nil
}

// readSection reads a config file of which only some sections or keys are to be
// sound.
func readSection(path string, env func(string) (string, bool), parts ...string) (*Config, error) {
	c, d, wrong := read(path, env)
	if wrong != nil {
		return nil, Mistakes{*wrong}
	}
	about := slices.DeleteFunc(d.mistakes, func(m Mistake) bool {
		return !slices.ContainsFunc(parts, func(part string) bool { return strings.HasPrefix(m.Key, part) })
	})
	if len(about) > 0 {
		return nil, about
	}
	return c, nil
}

// read reads a config file without looking at how its parts fit each other.
func read(path string, env func(string) (string, bool)) (*Config, *decoder, *Mistake) {
	data, err := readLimited(path, maxFile)
	if err != nil {
		return nil, nil, &Mistake{File: path, Message: "cannot read the configuration: " + reason(err), Hint: hintUnread(err)}
	}
	root, wrong := document(data)
	if wrong != nil {
		wrong.File = path
		return nil, nil, wrong
	}
	c := new(Config)
	d := &decoder{file: path, env: env, spots: map[any]*spot{}}
	d.table(root, reflect.ValueOf(c).Elem(), section{})
	return c, d, nil
}

// hintUnread says what to do where the configuration cannot be read.
func hintUnread(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "name yours before the command, as in bot --config FILE do status; a new one begins as a copy of config.example.toml"
	}
	return hintForbidden(err)
}

// hintForbidden says what to do where this account may not read a file.
func hintForbidden(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Sprintf("the account that bot runs as (here uid %d) has to be able to read it, and to enter its folder", os.Geteuid())
	}
	return ""
}

// reason is an error of reading a file without the operation and the path.
func reason(err error) string {
	if path, ok := err.(*os.PathError); ok {
		return path.Err.Error()
	}
	return err.Error()
}

// byteOrderMark begins a file in UTF-8 that some programs of Windows wrote.
const byteOrderMark = "\ufeff"

// readLimited reads a regular file, or a pipe, of at most limit bytes, without the mark
// that may stand before its text.
func readLimited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("it is longer than %d bytes", limit)
	}
	return bytes.TrimPrefix(data, []byte(byteOrderMark)), err
}

// fill sets what is not said from what is said elsewhere, and makes paths
// relative to the folder of the file whole.
func (c *Config) fill(folder string) {
	c.Organization.PublicURL = strings.TrimRight(c.Organization.PublicURL, "/")
	c.Storage.Path = whole(folder, c.Storage.Path)
	c.Storage.BackupDir = whole(folder, c.Storage.BackupDir)
	c.StatusPage.ExportDir = whole(folder, c.StatusPage.ExportDir)
	for i := range c.Campuses {
		campus := &c.Campuses[i]
		campus.Name = or(campus.Name, string(campus.ID))
		campus.Language = or(campus.Language, c.Organization.Languages[0])
		if campus.Timezone == nil {
			campus.Timezone = c.Organization.Timezone
		}
	}
	for i := range c.Services {
		c.Services[i].Name = or(c.Services[i].Name, string(c.Services[i].ID))
	}
	for i := range c.Probes {
		c.Probes[i].fill()
	}
	for i := range c.Slack {
		c.Slack[i].APIURL = strings.TrimRight(c.Slack[i].APIURL, "/") + "/"
	}
	for i := range c.Discord {
		c.Discord[i].APIURL = strings.TrimRight(c.Discord[i].APIURL, "/")
	}
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// whole is a path that does not depend on the working folder's being the config
// file's; "" stays.
func whole(folder, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}
