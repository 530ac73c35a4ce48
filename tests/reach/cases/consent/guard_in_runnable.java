// shows: a guard inside of the posted object, around the read itself
// manifest: {launcher: Main, application: App}
// hit: ['serial before_consent (consent_guard: preference "agreed" in Work.run) = application App.onCreate > scheduled Work.run']
// miss: [serial before_consent = application App.onCreate > scheduled Work.run]

class App extends Application {
  public void onCreate() { new Handler().post(new Work(this)); }
}
class Work implements Runnable {
  final Context context;
  Work(Context context) { this.context = context; }
  public void run() {
    boolean agreed = context.getSharedPreferences("app", 0).getBoolean("agreed", false);
    if (agreed)                                                 // hit
      context.getString(SERIAL.length());
  }
}
class Main extends Activity { }
