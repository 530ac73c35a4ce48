"""The routes of the console, found from the application itself, so that a screen that is added later is tried too."""

from fastapi.routing import APIRoute


def routes_of(app):
    """Return every route of the pages: those of the interface have a name of their operation."""

    def walk(routes):
        for route in routes:
            if isinstance(route, APIRoute):
                yield route
            else:
                yield from walk(getattr(getattr(route, "original_router", route), "routes", ()))

    return [route for route in walk(app.routes) if route.operation_id is None]
