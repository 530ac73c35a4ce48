// shows: a list that stands in a field
// manifest: {launcher: Main}
// hit:
//   - asks READ_CONTACTS,SEND_SMS before_consent = launcher Main.onCreate
// miss:
//   - asks READ_CONTACTS,CAMERA before_consent = launcher Main.onCreate

class Main extends Activity {
  protected void onCreate(Bundle state) {
    requestPermissions(Needed.ALL, 1);
  }
}
class Needed {
  static final String[] ALL = {"android.permission.READ_CONTACTS", "android.permission.SEND_SMS"}; // hit
  static final String[] ALL = {"android.permission.READ_CONTACTS", "android.permission.CAMERA"}; // miss
}
