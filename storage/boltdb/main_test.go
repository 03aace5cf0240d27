package boltdb_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// roleVar names, in the environment of a child process, what it is to do instead
// of running tests; its standard input ends when the test does.
const roleVar = "BOLTDB_TEST_ROLE"

func TestMain(m *testing.M) {
	role, ok := map[string]func(path string) error{
		"":       nil,
		"holder": holdStore,
		"writer": writeUntilKilled,
		"faults": serveFaults,
	}[os.Getenv(roleVar)]
	switch {
	case !ok:
		fmt.Fprintln(os.Stderr, "unknown role:", os.Getenv(roleVar))
		os.Exit(2)
	case role == nil:
		goleak.VerifyTestMain(m)
	default:
		if err := role(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// child is a process of this test binary in one of the roles.
type child struct {
	*exec.Cmd
	in  io.WriteCloser
	out io.Reader
}

// startChild starts a process in role on path. It ends with the test at the latest.
func startChild(t testing.TB, role, path string) *child {
	t.Helper()
	c := &child{Cmd: exec.Command(os.Args[0], path)}
	c.Env = append(os.Environ(), roleVar+"="+role)
	c.Stderr = os.Stderr
	var err error
	if c.in, err = c.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if c.out, err = c.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.stop() })
	return c
}

// stop ends the child's input, by which it ends.
func (c *child) stop() error {
	c.in.Close()
	return c.Wait()
}

// kill ends the child as kill -9 does.
func (c *child) kill(t testing.TB) {
	t.Helper()
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
}

// holdStore opens the store at path, says so, and keeps it.
func holdStore(path string) error {
	db, err := boltdb.Open(path, boltdb.Options{})
	if err != nil {
		return err
	}
	fmt.Println("open")
	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, db.Close())
}

// needs skips a test whose machine lacks what it needs, for the reason err; in
// continuous integration that is a failure, so that it is not skipped for good.
func needs(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s: %v", what, err)
	}
	t.Skipf("%s: %v", what, err)
}

// open opens the store at path or fails the test.
func open(t testing.TB, path string, opts boltdb.Options) *boltdb.DB {
	t.Helper()
	db, err := boltdb.Open(path, opts)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return db
}

// shut closes db or fails the test.
func shut(t testing.TB, db *boltdb.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// put returns a transaction that puts pairs given as key, value, key, value.
func put(pairs ...string) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.Put([]byte(pairs[i]), []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	}
}
