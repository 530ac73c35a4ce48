// shows: a guard in try, the read in its handler: the handler also runs when reading the flag fails
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent (consent_guard) = application App.onCreate]
// miss: [serial before_consent = application App.onCreate]

class App extends Application {
  public void onCreate() {
    try {
      if (getSharedPreferences("app", 0).getBoolean("agreed", false)) {
        setTheme(1);
        String id = SERIAL;                                     // hit
      }
    } catch (RuntimeException error) {
      String id = SERIAL;                                       // miss
    }
  }
}
class Main extends Activity { }
