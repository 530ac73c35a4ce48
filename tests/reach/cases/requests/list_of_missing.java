// shows: a list that is filled with what is not yet granted
// manifest: {launcher: Main}
// hit:
//   - asks CAMERA,RECORD_AUDIO before_consent = launcher Main.onCreate
// miss: [asks CAMERA before_consent = launcher Main.onCreate]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    List<String> names = new ArrayList<>();
    if (checkSelfPermission("android.permission.CAMERA") != 0) names.add("android.permission.CAMERA");
    if (checkSelfPermission("android.permission.RECORD_AUDIO") != 0) names.add("android.permission.RECORD_AUDIO"); // hit
    requestPermissions(names.toArray(new String[0]), 1);
  }
}
