// shows: an intent that is kept for a notification waits for a tap; one that is sent does not
// manifest: {launcher: Main, activities: [Second]}
// hit: [serial before_consent = launcher Main.onCreate > started Second.onCreate]
// miss: [serial reachable = launcher Main.onCreate > started Second.onCreate]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Intent intent = new Intent(this, Second.class);
    startActivity(intent);                                      // hit
    PendingIntent later = PendingIntent.getActivity(this, 0, intent, 0);
  }
}
class Second extends Activity {
  protected void onCreate(Bundle state) { String id = SERIAL; }
}
