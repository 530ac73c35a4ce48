// shows: a guard around the start of a thread guards what the thread does
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent (consent_guard) = application App.onCreate > scheduled Work.run]
// miss: [serial before_consent = application App.onCreate > scheduled Work.run]

class App extends Application {
  public void onCreate() {
    Thread thread = new Thread(new Work());
    boolean agreed = getSharedPreferences("app", 0).getBoolean("agreed", false);
    if (agreed)                                                 // hit
      thread.start();
  }
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }
}
class Main extends Activity { }
