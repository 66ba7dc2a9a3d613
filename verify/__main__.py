"""`python -m verify …`: thin; the commands are in `verify.cli`."""

if __name__ == "__main__":  # our workers do not import this file; what multiprocessing spawns does, and must not run it
    import sys

    try:
        from verify.cli.main import main

        code = main(sys.argv[1:])
    except KeyboardInterrupt:  # Ctrl-C while the imports are under way
        code = 130
    sys.exit(code)
