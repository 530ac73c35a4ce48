// shows: a longer way without a guard is preferred to the guarded one
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent (consent_guard) = application App.onCreate > App.read]
// miss: [serial before_consent = application App.onCreate > App.warm > App.more > App.read]

class App extends Application {
  public void onCreate() {
    if (getSharedPreferences("app", 0).getBoolean("agreed", false)) read();
    warm();                                                     // miss
  }
  void warm() { more(); }
  void more() { read(); }
  void read() { String id = SERIAL; }
}
class Main extends Activity { }
