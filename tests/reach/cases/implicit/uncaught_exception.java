// shows: a crash handler runs on a crash, an event outside of start-up
// manifest: {launcher: Main, application: App}
// hit: [serial reachable = application App.onCreate > callback Crash.uncaughtException]
// miss: [serial present = Crash.uncaughtException]

class App extends Application {
  public void onCreate() {
    Crash crash = new Crash();
    Thread.setDefaultUncaughtExceptionHandler(crash);           // hit
  }
}
class Main extends Activity { }
class Crash implements Thread.UncaughtExceptionHandler {
  public void uncaughtException(Thread thread, Throwable error) { String id = SERIAL; }
}
